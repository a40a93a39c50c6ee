# run_tests [GROUP…]: builds and runs test groups; ends with a line "N passed, N failed".

passed=0
failed=0
failures=()  # a line each, said again at the end

# timed COMMAND…: runs it and tells how long it took, so that one sees what a slow run is made of.
timed() {
  local start=$SECONDS status=0
  "$@" || status=$?
  echo "($*: $((SECONDS - start)) s)"
  return $status
}

# Adds the counts of a closing line "N passed, N failed[, N skipped]" in a log.
add_counts() {
  local line
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$1" | tail -1)
  if [ -z "$line" ]; then
    echo "no result in $1" >&2
    failed=$((failed + 1))
    return
  fi
  passed=$((passed + $(echo "$line" | sed -E 's/^([0-9]+) passed.*/\1/')))
  failed=$((failed + $(echo "$line" | sed -E 's/.* ([0-9]+) failed.*/\1/')))
}

# The unit tests of one preset.
unit() {
  local preset=$1 test log ok bad
  for test in build/"$preset"/tests/*_test; do
    log=build/$preset/$(basename "$test").log
    "$test" --gtest_brief=1 > "$log" 2>&1 || true
    ok=$(sed -nE 's/^\[  PASSED  \] ([0-9]+) tests?\.$/\1/p' "$log" | tail -1)
    bad=$(sed -nE 's/^ *([0-9]+) FAILED TESTS?$/\1/p' "$log" | tail -1)
    # A test program that dies counts as one failure and has its say.
    if [ -z "$ok" ] || [ -n "$bad" ]; then
      cat "$log"
      bad=${bad:-1}
      failures+=("unit ($preset): $(basename "$test")")
    fi
    echo "unit ($preset): $(basename "$test"): ${ok:-0} passed, ${bad:-0} failed"
    passed=$((passed + ${ok:-0}))
    failed=$((failed + ${bad:-0}))
  done
}

# At a terminal all tests are seen; elsewhere those that fail, so that nobody has to look for them.
show() {
  if [ -t 1 ]; then cat; else grep --line-buffered -v '^ok ' || true; fi
}

# Groups that drive the whole program, against the build of one preset.
whole() {
  local preset=$1 log
  shift
  log=build/$preset/$(echo "$*" | tr -c 'a-z0-9\n' '-').log
  echo "$preset: $*"
  python3 -m test.run "$@" --program "build/$preset/freehold" 2>&1 | tee "$log" | show || true
  add_counts "$log"
  local line
  while IFS= read -r line; do failures+=("$preset: $line"); done < <(grep '^FAIL' "$log" || true)
}

# Leaks are looked for by asan; tsan is told of libraries that it cannot see into.
sanitizers() {
  local group
  # What is freed stays in quarantine, which is memory too: small, so that tests that look at the memory mean something.
  export ASAN_OPTIONS=detect_stack_use_after_return=1:abort_on_error=1:disable_coredump=1:quarantine_size_mb=16
  export UBSAN_OPTIONS=print_stacktrace=1
  export TSAN_OPTIONS=suppressions=$PWD/tools/tsan.suppressions:halt_on_error=1
  timed build asan all || failed=$((failed + 1))
  timed unit asan
  for group in scenarios imap random filter search milter abuse peers trust hostile; do timed whole asan "$group"; done
  timed whole asan crash --rounds 5
  timed build tsan all || failed=$((failed + 1))
  timed unit tsan
  # Under load tsan sees writes of RocksDB's own threads but not the atomics that order them: no crash group.
  for group in scenarios imap random filter milter peers trust hostile; do timed whole tsan "$group"; done
}

run_tests() {
  local groups=("$@") group
  [ ${#groups[@]} -eq 0 ] && groups=(unit scenarios imap random demo peers trust filter search milter manual abuse hostile crash sanitizers)
  for group in "${groups[@]}"; do
    case "$group" in
      unit) timed build dev all && timed unit dev ;;
      filter) build dev freehold freehold_filter_trial && timed whole dev filter ;;
      scenarios | imap | random | demo | peers | search | milter | manual | abuse | hostile | crash)
        build dev freehold && timed whole dev "$group"
        ;;
      trust) build dev freehold dkim_tool trust_spf_suite && timed whole dev trust ;;
      sanitizers) sanitizers ;;
      *)
        echo "./dev test: there is no group '$group'" >&2
        return 2
        ;;
    esac || failed=$((failed + 1))
  done
  [ ${#failures[@]} -eq 0 ] || printf '%s\n' "what failed:" "${failures[@]}"
  echo "$passed passed, $failed failed" | tee build/counts
  [ "$failed" = 0 ]
}
