"""clang-tidy over our sources, as .clang-tidy says. What was clean before and has not changed since is not looked at again.

Whether something has changed is asked of the build, which knows every file that a source includes: it has to be up to date.
"""

import hashlib
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "freehold" / "tidy"


def dependencies(build: Path) -> dict[Path, list[Path]]:
    """Of each source, the files of this tree that went into its object."""
    lines = subprocess.run(["ninja", "-C", build, "-t", "deps"], capture_output=True, text=True, check=True).stdout.splitlines()
    found: dict[Path, list[Path]] = {}
    block: list[Path] = []
    for line in [*lines, ""]:
        if line.startswith(" "):
            block.append((build / line.strip()).resolve())
        elif block:
            found[block[0]] = block
            block = []
    return found


def digest(files: list[Path], root: Path) -> str:
    hashed = hashlib.sha256((root / ".clang-tidy").read_bytes())
    for file in sorted(set(files)):
        if file.is_relative_to(root) and file.is_file():
            hashed.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return hashed.hexdigest()


def without_precompiled(build: Path) -> Path:
    """A folder with the compile commands as they are without a precompiled header, so that a missing include is seen."""
    stripped = build / "tidy"
    stripped.mkdir(exist_ok=True)
    commands = (build / "compile_commands.json").read_text()
    commands = re.sub(r" -Winvalid-pch| -Xclang -fno-pch-timestamp| -Xclang -include-pch -Xclang \S+\.pch", "", commands)
    (stripped / "compile_commands.json").write_text(commands)
    return stripped


def tidy(source: Path, build: Path) -> str:
    """What is wrong with it; empty: nothing."""
    # A test's lambda lives until run() has returned.
    test_only = ["--checks=-cppcoreguidelines-avoid-capturing-lambda-coroutines"] if source.name.endswith("_test.cpp") else []
    done = subprocess.run(["clang-tidy-19", "-p", build, "--quiet", "--warnings-as-errors=*", *test_only, source],
                          capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout


def main() -> int:
    root, build = Path.cwd(), Path(sys.argv[1])
    _CACHE.mkdir(parents=True, exist_ok=True)
    known = dependencies(build)
    sources = [p.resolve() for p in sorted(Path("src").rglob("*.cpp")) if not p.name.endswith("_fuzz.cpp")]
    stamps = {source: _CACHE / digest(known.get(source, [source]), root) for source in sources}
    wanted = [source for source in sources if not stamps[source].exists()]
    print(f"{len(sources)} sources, {len(wanted)} to look at", flush=True)
    faults = 0
    commands = without_precompiled(build)

    def look(source: Path) -> tuple[Path, str]:
        return source, tidy(source, commands)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, (source, said) in enumerate(pool.map(look, wanted), 1):
            if said:
                faults += 1
                print(said, flush=True)
            else:
                stamps[source].touch()
            if sys.stderr.isatty():
                print(f"\r{number} of {len(wanted)}", end="", file=sys.stderr, flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
