"""A private authoritative name server (nsd) with the zones that a test needs."""

import atexit
import functools
import socket
import struct
import tempfile
from collections.abc import Mapping
from pathlib import Path

from test.harness.ports import free_port
from test.harness.processes import Process, run, tail, wait_until

_HEADER = "$TTL {ttl}\n@ SOA ns hostmaster {serial} 60 60 3600 {ttl}\n@ NS ns\nns A 127.0.0.1\n"


def zone_text(name: str, records: str, ttl: int = 60, serial: int = 1) -> str:
    """A zone file with SOA, NS and the records."""
    return f"$ORIGIN {name.rstrip('.')}.\n{_HEADER.format(ttl=ttl, serial=serial)}{records}\n"


class NameServer:
    """nsd on a loopback port, a free one unless it is given. Zones are given as name → records in zone file syntax, without SOA and NS.

    There is nothing else in its world: every other name does not exist."""

    def __init__(self, folder: Path, zones: Mapping[str, str], port: int = 0) -> None:
        self.folder = folder
        self.port = port or free_port()
        folder.mkdir(parents=True, exist_ok=True)
        self._probe = next(iter(zones), ".")
        (folder / "nsd.conf").write_text(self._configuration({".": "", **zones}))
        run(["nsd-checkconf", folder / "nsd.conf"])
        self._start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.process.stop(5)

    def _start(self) -> None:
        self.process = Process(["nsd", "-d", "-c", self.folder / "nsd.conf"], self.folder / "nsd.log")
        try:
            wait_until("nsd answers", self._answers)
        except AssertionError:
            self.stop()
            raise AssertionError(tail(self.folder / "nsd.log")) from None

    def _write_zone(self, name: str, records: str) -> None:
        (self.folder / f"{name}.zone").write_text(zone_text(name, records))

    def _configuration(self, zones: Mapping[str, str]) -> str:
        folder = self.folder
        text = (
            f'server:\n  ip-address: 127.0.0.1@{self.port}\n  username: ""\n  chroot: ""\n  zonesdir: "{folder}"\n'
            f'  database: ""\n  pidfile: ""\n  xfrdfile: "{folder}/xfrd"\n  zonelistfile: "{folder}/zones"\n'
            f'  xfrdir: "{folder}"\n  server-count: 1\n  rrl-ratelimit: 0\nremote-control:\n  control-enable: no\n'
        )
        for name, records in zones.items():
            self._write_zone(name, records)
            text += f'zone:\n  name: "{name}"\n  zonefile: "{name}.zone"\n'
        return text

    def _answers(self) -> bool:
        """Whether the SOA of the first zone is answered."""
        name = b"".join(bytes([len(p)]) + p.encode() for p in self._probe.split(".") if p) + b"\0"
        query = struct.pack(">6H", 1, 0, 1, 0, 0, 0) + name + struct.pack(">2H", 6, 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.settimeout(0.2)
            try:
                udp.sendto(query, ("127.0.0.1", self.port))
                return len(udp.recv(512)) > len(query)
            except OSError:
                return False


@functools.cache
def empty_world() -> NameServer:
    """A name server that knows no name at all, for boxes that need none; it ends with the program."""
    folder = tempfile.TemporaryDirectory(prefix="freehold-dns-")
    server = NameServer(Path(folder.name), {})
    atexit.register(folder.cleanup)
    atexit.register(server.stop)
    return server
