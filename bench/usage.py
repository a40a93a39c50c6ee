"""What a server's processes have used, from /proc.

A server is a tree of processes. The figures of one that has ended pass to the parent that waited for it: its CPU time
as cutime and cstime, its bytes within the parent's own `io`. So the sum over the living tree is the sum over all that
ever ran in it.
"""

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    cpu_seconds: float
    written_bytes: int

    def since(self, before: "Usage") -> "Usage":
        return Usage(self.cpu_seconds - before.cpu_seconds, self.written_bytes - before.written_bytes)


def tree(root: int) -> list[int]:
    """The process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _stat(int(entry.name))
            if fields:
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def usage(root: int) -> Usage:
    cpu, written = 0, 0
    for pid in tree(root):
        fields = _stat(pid)
        if fields:
            cpu += sum(int(field) for field in fields[11:15])  # utime stime cutime cstime
        written += _field(pid, "io", "write_bytes:")
    return Usage(cpu / _TICKS, written)


def anonymous_kilobytes(pid: int) -> int:
    return _field(pid, "status", "RssAnon:")


def anonymous_of_tree(root: int) -> int:
    return sum(map(anonymous_kilobytes, tree(root)))


def _stat(pid: int) -> list[str]:
    """The fields behind the name: state, parent, …; none when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _field(pid: int, file: str, name: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)
