"""A private name server whose zones are signed, from the root down, and go wrong in the ways that DNSSEC knows."""

import base64
import enum
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from test.harness.dns import NameServer, zone_text
from test.harness.processes import run

_DAY = 24 * 3600


class Signing(enum.Enum):
    GOOD = "signed, and its parent says with which key"
    NONE = "not signed, and its parent says so: insecure"
    STALE = "the signatures ended yesterday"
    OTHER_KEY = "its parent says another key"
    LAME = "its parent says it is signed, and the server does not have it: SERVFAIL"


@dataclass(frozen=True)
class Zone:
    name: str  # "signed.test"
    records: str  # in zone file syntax, without SOA and NS
    signing: Signing = Signing.GOOD
    forged: Sequence[str] = field(default=())  # "mx.a A": the signature of these is another's
    ttl: int = 60


class SignedNameServer(NameServer):
    """nsd with `zones` below a signed root. A resolver that trusts `trust_anchor` and asks `address` sees each zone as
    its Signing says. A zone hangs on the longest other one that it is within."""

    def __init__(self, folder: Path, zones: Sequence[Zone]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._zones = {zone.name: zone for zone in (Zone(".", ""), *zones)}
        self._keys: dict[str, str] = {}  # zone → the base name of its key's files
        # Children first: what they are signed with goes into their parents.
        self._order = sorted(self._zones, key=lambda name: -len(_labels(name)))
        self._delegations: dict[str, str] = {}
        self._key_folder = folder
        self._serial = 1
        for name in self._order:
            self._make_keys(self._zones[name])
        self.trust_anchor = folder / f"{self._keys['.']}.key"
        super().__init__(folder, {name: self._zones[name].records for name in sorted(self._zones)})

    def rewrite(self, zone: Zone) -> None:
        """Puts another text and other signatures in the place of a zone's; its key stays. Returns when it is served.

        nsd starts anew: told to read its zones again, it leaves the old server answering beside the new one for a while."""
        self._zones[zone.name] = zone
        self._serial += 1
        self._write_zone(zone.name, zone.records)
        self.stop()
        self._start()

    def _make_keys(self, zone: Zone) -> None:
        parent = self._parent(zone.name)
        delegation = f"{zone.name.rstrip('.')}. NS ns\n"
        if zone.signing is not Signing.NONE:
            self._keys[zone.name] = self._new_key(zone.name)
            told = self._new_key(zone.name) if zone.signing is Signing.OTHER_KEY else self._keys[zone.name]
            delegation += (self._key_folder / f"{told}.ds").read_text()
        if zone.name != ".":
            self._delegations[parent] = self._delegations.get(parent, "") + delegation

    def _new_key(self, zone: str) -> str:
        return run(["ldns-keygen", "-a", "ECDSAP256SHA256", "-k", zone], folder=self._key_folder).stdout.strip()

    def _parent(self, name: str) -> str:
        labels = _labels(name)
        candidates = (".".join(labels[i:]) for i in range(1, len(labels)))
        return next((candidate for candidate in candidates if candidate in self._zones), ".")

    def _write_zone(self, name: str, records: str) -> None:
        zone, file = self._zones[name], self.folder / f"{name}.zone"
        if zone.signing is Signing.LAME:
            file.unlink(missing_ok=True)
            return
        text = zone_text(name, records + "\n" + self._delegations.get(name, ""), zone.ttl, self._serial)
        if zone.signing is Signing.NONE:
            file.write_text(text)
            return
        plain = self.folder / f"{name}.plain"
        plain.write_text(text)
        stale = zone.signing is Signing.STALE
        begin = int(time.time()) - (3 * _DAY if stale else _DAY)
        end = begin + (2 * _DAY if stale else 10 * _DAY)
        signed = self.folder / f"{name}.signed"
        run(["ldns-signzone", "-i", str(begin), "-e", str(end), "-f", signed, plain, self._keys[name]], folder=self.folder)
        text = _forge(signed.read_text(), {_absolute(what, name) for what in zone.forged})
        # ldns takes a TTL of 0 for none; a smaller one than the signed one is valid (RFC 4035, 5.3.3).
        file.write_text(re.sub(r"^(\S+)\s+\d+\s", rf"\1 {zone.ttl} ", text, flags=re.MULTILINE))


def _labels(name: str) -> list[str]:
    return [label for label in name.split(".") if label]


def _absolute(what: str, zone: str) -> tuple[str, str]:
    """("mx.a.signed.test.", "A") of "mx.a A"."""
    name, kind = what.split()
    return (f"{zone}." if name == "@" else f"{name}.{zone}."), kind


def _forge(signed: str, what: set[tuple[str, str]]) -> str:
    """Turns a bit of the signatures over some records."""
    lines, left = [], set(what)
    for line in signed.splitlines():
        words = line.split()
        if len(words) > 12 and words[3] == "RRSIG" and (words[0], words[4]) in what:
            signature = bytearray(base64.b64decode(words[12]))
            signature[-1] ^= 1
            words[12] = base64.b64encode(signature).decode()
            left.discard((words[0], words[4]))
            line = " ".join(words)
        lines.append(line)
    assert not left, f"there is nothing to forge: {left}"
    return "\n".join(lines) + "\n"
