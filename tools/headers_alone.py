"""Compiles every header of src/ by itself, with the flags that its layer is built with."""

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def layer_flags(build: Path) -> dict[str, list[str]]:
    """The include paths and definitions of each layer, from one of its compile commands."""
    flags: dict[str, list[str]] = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        found = re.search(r"/src/(\w+)/", entry["file"])
        if found and found[1] not in flags and not entry["file"].endswith(("_test.cpp", "_fuzz.cpp")):
            words = entry["command"].split()
            flags[found[1]] = [w for i, w in enumerate(words)
                               if w.startswith(("-I", "-D", "-std")) or w == "-isystem" or words[i - 1] == "-isystem"]
    return flags


def compiles(header: Path, flags: list[str]) -> str:
    command = ["clang++-19", "-fsyntax-only", "-x", "c++", "-Wno-pragma-once-outside-header", *flags, str(header)]
    result = subprocess.run([w.replace('\\"', '"') for w in command], capture_output=True, text=True, check=False)
    return "" if result.returncode == 0 else f"{header} does not compile alone:\n{result.stderr}"


def main() -> int:
    flags = layer_flags(Path(sys.argv[1]))
    headers = [h for h in sorted(Path("src").rglob("*.hpp")) if h.parts[1] in flags and "testing" not in h.parts]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        faults = [f for f in pool.map(lambda h: compiles(h, flags[h.parts[1]]), headers) if f]
    print("\n".join(faults) or f"{len(headers)} headers compile alone")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
