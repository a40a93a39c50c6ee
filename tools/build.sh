# build PRESET TARGET…: configures and builds in build/PRESET.

build() {
  local preset=$1
  shift
  # Paths inside the tree are made relative, so that the cache serves every checkout.
  export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_PCH_EXTSUM=1
  if [ ! -f "build/$preset/build.ninja" ]; then
    mkdir -p build
    cmake --preset "$preset" > "build/configure-$preset.log" 2>&1 || {
      cat "build/configure-$preset.log" >&2
      return 1
    }
  fi
  ninja -C "build/$preset" --quiet "$@"
}

our_sources() {
  find src bench -path '*/corpus/*' -prune -o \( -name '*.cpp' -o -name '*.hpp' \) -print0
}

# Formatting, that each header compiles alone, and clang-tidy (.clang-tidy says which checks).
lint() {
  build dev all || return 1
  echo "formatting"
  our_sources | xargs -0 clang-format-19 --dry-run --Werror || return 1
  echo "headers alone"
  python3 tools/headers_alone.py build/dev || return 1
  echo "clang-tidy"
  python3 tools/tidy.py build/dev || return 1
  echo "lint is clean"
}

# run_fuzzers SECONDS: each fuzzer over its corpus, which grows in build/corpus.
run_fuzzers() {
  build asan fuzzers || return 1
  local target name layer seeds failed=0
  for target in build/asan/fuzz/*; do
    [ -x "$target" ] || continue
    name=$(basename "$target")
    layer=${name%%_*}
    seeds=src/$layer/corpus/${name#"${layer}"_}
    seeds=${seeds%_fuzz}
    mkdir -p "build/corpus/$name"
    local arguments=("build/corpus/$name")
    [ -d "$seeds" ] && arguments+=("$seeds")
    [ -f "src/$layer/${name#"${layer}"_}.dict" ] && arguments+=("-dict=src/$layer/${name#"${layer}"_}.dict")
    if "$target" "${arguments[@]}" -max_total_time="$1" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
      -artifact_prefix="build/fuzz-$name-" > "build/fuzz-$name.log" 2>&1; then
      echo "ok    $name: $(grep -o 'number_of_executed_units: [0-9]*' "build/fuzz-$name.log" | grep -o '[0-9]*') runs"
    else
      echo "FAIL  $name: see build/fuzz-$name.log"
      failed=$((failed + 1))
    fi
  done
  [ "$failed" = 0 ]
}
