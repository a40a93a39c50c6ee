"""/usr/bin/python3 spf_cases.py [SUITE.yml.gz]: prints each case of an SPF test suite as a line of JSON.

The suite is read where Debian's python3-spf has it. A line has the case's zone as records that trust_spf_suite
understands, its query, what the suite accepts, and what pyspf says of it.
"""

import gzip
import ipaddress
import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import spf  # type: ignore[import-not-found]
import yaml  # type: ignore[import-untyped]

_SUITE = Path("/usr/share/doc/python3-spf/rfc7208-tests.yml.gz")
_TYPES = {"A": 1, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28}

Zone = dict[str, list[tuple[str, Any]]]  # a record that is only "TIMEOUT" fails all types that do not stand before it


def zone_of(data: dict[str, Any]) -> Zone:
    """The zone as a resolver sees it: the suite's SPF records stand for TXT ones where there are no TXT ones."""
    zone: Zone = {}
    for name, entries in data.items():
        records: list[tuple[str, Any]] = []
        for entry in entries:
            records += [("TIMEOUT", None)] if entry == "TIMEOUT" else list(entry.items())
        has_txt = any(kind == "TXT" for kind, _ in records)
        kept = []
        for kind, value in records:
            if kind == "SPF" and not has_txt:
                kept.append(("TXT", value))
            elif kind != "SPF" and value != "NONE":
                kept.append((kind, value))
        zone[str(name).lower()] = kept
    return zone


def joined(value: str | list[str]) -> bytes:
    return (value if isinstance(value, str) else "".join(value)).encode()


def address_of(reverse: str) -> str:
    labels = reverse.removesuffix(".").split(".")[:-2][::-1]
    if reverse.endswith("in-addr.arpa"):
        return ".".join(labels)
    digits = "".join(labels)
    return str(ipaddress.IPv6Address(bytes.fromhex(digits)))


def record_of(name: str, kind: str, value: Any, seen: list[str]) -> Iterator[list[Any]]:
    if kind == "TIMEOUT":
        yield from ([name, "TIMEOUT", number] for other, number in _TYPES.items() if other not in seen)
    elif kind == "TXT":
        yield [name, "TXT", joined(value).hex()]
    elif kind == "MX":
        yield [name, "MX", value[0], value[1]]
    elif kind == "PTR":
        yield [address_of(name), "PTR", value.removesuffix(".")]
    else:
        yield [name, kind, str(value).removesuffix(".")]


def records_of(zone: Zone) -> list[list[Any]]:
    out: list[list[Any]] = []
    for name, records in zone.items():
        seen: list[str] = []
        name = name.replace(" ", "\\032")  # as text has it (RFC 1035, 5.1)
        for kind, value in records:
            out.extend(record_of(name, kind, value, seen))
            seen.append(kind)
    return out


def lookup_in(zone: Zone) -> Any:
    """A DNSLookup for pyspf: yields ((name, type), value) for the name's records of all types."""

    def lookup(name: str, wanted: str, _strict: bool = True, _timeout: int | None = None, level: int = 0) -> Iterator[Any]:
        name = name.lower().removesuffix(".")
        if any(len(label) > 63 for label in name.split(".")):
            raise spf.TempError("label too long")
        answered = False
        for kind, value in zone.get(name, []):
            if kind == "TIMEOUT":
                if answered:
                    return
                raise spf.TempError("time-out")
            answered = answered or kind == wanted
            if kind == "AAAA":
                value = socket.inet_pton(socket.AF_INET6, value)
            elif kind == "TXT":
                value = tuple(part.encode() for part in ([value] if isinstance(value, str) else value))
            elif kind == "MX":
                value = tuple(value)
            yield (name, kind), value
            if kind == "CNAME" and level == 0:
                yield from lookup(value, wanted, level=1)

    return lookup


def opinion_of_pyspf(zone: Zone, test: dict[str, Any]) -> dict[str, str]:
    spf.DNSLookup = lookup_in(zone)
    query = spf.query(i=test["host"], s=test["mailfrom"], h=test["helo"], strict=True)
    query.set_default_explanation("DEFAULT")
    result, _, explanation = query.check()
    return {"result": result, "explanation": explanation}


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else _SUITE
    for scenario in yaml.safe_load_all(gzip.decompress(path.read_bytes())):
        zone = zone_of(scenario["zonedata"])
        for name, test in scenario["tests"].items():
            accepted = test["result"]
            print(json.dumps({
                "id": name,
                "spec": str(test.get("spec", "")),
                "zone": records_of(zone),
                "client": test["host"],
                "helo": test["helo"],
                "sender": test["mailfrom"],
                "accepted": [accepted] if isinstance(accepted, str) else accepted,
                "explanation": test.get("explanation"),
                "pyspf": opinion_of_pyspf(zone, test),
            }))


if __name__ == "__main__":
    main()
