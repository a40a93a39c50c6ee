# install SECTION…: the Debian packages of these sections of packaging/dependencies; silent when all are there.

packages_of() {
  local wanted=" $* " section="" line
  while IFS= read -r line; do
    case "$line" in
      "# ["*"]"*) section=${line#"# ["} section=${section%%]*} ;;
      "#"* | "") ;;
      *) case "$wanted" in *" $section "*) echo "$line" ;; esac ;;
    esac
  done < packaging/dependencies
}

# keep_quiet [sudo]: until this shell ends no package starts its daemons: the tests start their own, and the system's ports are
# not ours. A policy that is there already stays.
keep_quiet() {
  local policy=/usr/sbin/policy-rc.d
  [ ! -e "$policy" ] || return 0
  printf '#!/bin/sh\nexit 101\n' | "$@" tee "$policy" > /dev/null
  "$@" chmod 755 "$policy"
  # shellcheck disable=SC2064  # the words of now
  trap "$* rm -f $policy" EXIT
}

install() {
  local missing=() package
  if ! command -v dpkg-query > /dev/null; then
    echo "./dev: this is no Debian system; Freehold is developed on Debian 12 (bookworm)." >&2
    echo "Install by hand what packaging/dependencies names, or use a Debian 12 container." >&2
    exit 1
  fi
  for package in $(packages_of "$@"); do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if ! grep -qs '^VERSION_ID="12"' /etc/os-release; then
    echo "./dev: these packages are missing: ${missing[*]}" >&2
    echo "They are installed by itself on Debian 12 only; install them by hand here." >&2
    exit 1
  fi
  local root=()
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo > /dev/null; then
      echo "./dev: run it as root once, or install sudo; missing: ${missing[*]}" >&2
      exit 1
    fi
    root=(sudo)
  fi
  echo "installing ${#missing[@]} packages: ${missing[*]}" >&2
  # A package manager of the machine may be at work already: wait for it.
  local apt=(apt-get -q -o DPkg::Lock::Timeout=300)
  "${root[@]}" "${apt[@]}" update > /dev/null
  (
    keep_quiet "${root[@]}"
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive "${apt[@]}" install -y --no-install-recommends "${missing[@]}"
  ) > build-install.log 2>&1 || {
    tail -20 build-install.log >&2
    echo "./dev: the packages could not be installed; see build-install.log" >&2
    exit 1
  }
  rm -f build-install.log
  # They may have brought other headers with them, which precompiled ones do not forgive.
  rm -f build/*/CMakeFiles/precompiled_*.dir/*.pch
}
