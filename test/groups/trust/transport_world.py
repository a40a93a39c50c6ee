"""A world of destinations with signed and unsigned DNS, Postfix with many certificates, and their policies' web server."""

import re
import time
from dataclasses import dataclass
from pathlib import Path

from test.groups.trust.transport_cases import (
    CASES,
    FORGED_RECORDS,
    LAME,
    LAME_BELOW,
    OTHER_KEY,
    PLAIN,
    SIGNED,
    STALE,
    Case,
    Policy,
)
from test.harness.certificates import Authority, tlsa
from test.harness.policy_host import Page, PolicyHost
from test.harness.postfix import Postfix
from test.harness.signed_dns import SignedNameServer, Signing, Zone

POLICY_HOST = "127.0.4.1"
MOVING = "moving.test"  # signed, and it changes while the test runs
MOVING_NAMES = ("kept", "aged", "rollover", "habit")
REPORTS = f"reports@right.{PLAIN}"  # of TLS to testing.PLAIN
_SIGNING = {SIGNED: Signing.GOOD, PLAIN: Signing.NONE, STALE: Signing.STALE, OTHER_KEY: Signing.OTHER_KEY, LAME: Signing.LAME}
# What Postfix shows, by the address that it listens at; "plain" has no STARTTLS.
SERVERS = ("good", "renewed", "self", "expired", "else", "private", "private-else", "private-expired", "plain")
ADDRESSES = {server: f"127.0.2.{number}" for number, server in enumerate(SERVERS, 1)}
_TLSA = re.compile(r"TLSA (\d) (\d) (\d) ([a-z-]+)")


def certificates(folder: Path, mx_hosts: list[str], policy_hosts: list[str]) -> tuple[Path, dict[str, tuple[Path, Path]]]:
    """(whom the box trusts, certificate and key by name)"""
    known, private = Authority(folder / "ca"), Authority(folder / "private", "Private CA")
    selfish = Authority(folder / "self", "self-signed")
    made = {
        "good": known.host(*mx_hosts, file="good"),
        "renewed": known.host(*mx_hosts, file="renewed"),
        "policies": known.host(*policy_hosts, file="policies"),
        "expired": known.host(*mx_hosts, *policy_hosts, file="expired", days=-1),
        "else": known.host("else.example", file="else"),
        "private": private.host(*mx_hosts, file="private", with_root=True),
        "private-else": private.host("else.example", file="private-else", with_root=True),
        "private-expired": private.host(*mx_hosts, file="private-expired", days=-1, with_root=True),
        "private-ca": (private.certificate, private.key),
        "self": (selfish.certificate, selfish.key),
    }
    return known.certificate, made


def page_of(name: str, zone: str, policy: Policy) -> Page:
    hosts = [f"{pattern}.{zone}".replace("{n}", name) for pattern in policy.mx]
    lines = ["version: STSv1", f"mode: {policy.mode}", *(f"mx: {host}" for host in hosts), f"max_age: {policy.max_age}", ""]
    text = policy.text.replace("mx.{n}", f"mx.{name}.{zone}") or "\r\n".join(lines)
    # Wherever somebody who followed a redirection would end, there is this policy.
    return Page(text, policy.status, policy.kind, "/.well-known/mta-sts.txt?" if policy.status == 301 else "")  # noqa: PLR2004


def policy_records(policy: Policy) -> str:
    lines = [f"mta-sts.{{n}} A {POLICY_HOST}", *(f'_mta-sts.{{n}} TXT "{record}"' for record in policy.records)]
    return "\n".join(lines)


@dataclass
class World:
    names: SignedNameServer
    postfix: Postfix
    policies: PolicyHost
    trusted: Path  # the authority that the box trusts
    records: "Records"

    @staticmethod
    def make(folder: Path) -> "World":
        domains = [f"{case.name}.{case.zone}" for case in CASES] + [f"{name}.{MOVING}" for name in MOVING_NAMES]
        hosts = [f"{host}.{domain}" for domain in domains for host in ("mx", "a", "b", "a.mx")]
        trusted, made = certificates(folder / "certificates", hosts, [f"mta-sts.{domain}" for domain in domains])
        records = Records(made)
        zones = [Zone(name, records.of_zone(name), signing, FORGED_RECORDS if name == SIGNED else ())
                 for name, signing in _SIGNING.items()]
        zones += [Zone(f"{LAME_BELOW}.{SIGNED}", "", Signing.LAME), Zone(MOVING, "", ttl=0)]
        listeners = {f"{ADDRESSES[server]}:25": _settings(made.get(server)) for server in SERVERS}
        postfix = Postfix(folder / "postfix", certificate=made["good"], ca_file=trusted, domains=tuple(domains), listeners=listeners)
        pages = {f"mta-sts.{case.name}.{case.zone}": page_of(case.name, case.zone, case.policy) for case in CASES if case.policy}
        odd = {f"mta-sts.{case.name}.{case.zone}": made[case.policy.host] for case in CASES if case.policy and case.policy.host != "good"}
        world = World(SignedNameServer(folder / "dns", zones), postfix, PolicyHost(POLICY_HOST, made["policies"], odd, pages), trusted, records)
        postfix.start()
        return world

    def stop(self) -> None:
        self.policies.stop()
        self.postfix.stop()
        self.names.stop()

    def move(self, records: str) -> None:
        """Other records in the place of all in MOVING. They hold when this returns: its TTL is 0, and no connection is kept."""
        self.names.rewrite(Zone(MOVING, self.records.filled(records), ttl=0))
        self.postfix.restart()
        # libunbound keeps an answer of TTL 0 until its second ends; one name's NSEC record denies its neighbours too (RFC 8198).
        time.sleep(1 - time.time() % 1)


class Records:
    """Zone file text out of what the cases say."""

    def __init__(self, made: dict[str, tuple[Path, Path]]) -> None:
        self._certificates = made

    def of_zone(self, zone: str) -> str:
        more = f"self A {ADDRESSES['self']}\n_smtp._tls.testing TXT \"v=TLSRPTv1; rua=mailto:{REPORTS}\"\n"
        return (more if zone == PLAIN else "") + "\n".join(self.of_case(case) for case in CASES if case.zone == zone)

    def of_case(self, case: Case) -> str:
        lines = [case.records()]
        if case.policy:
            lines.append(policy_records(case.policy))
        return self.filled("\n".join(lines).replace("{n}", case.name))

    def filled(self, text: str) -> str:
        for server, address in ADDRESSES.items():
            text = text.replace(f"{{{server}}}", address)
        return _TLSA.sub(self._tlsa, text)

    def _tlsa(self, match: re.Match[str]) -> str:
        usage, selector, matching = (int(match[i]) for i in (1, 2, 3))
        return "TLSA " + tlsa(usage, selector, matching, self._certificates[match[4]][0])


def _settings(certificate: tuple[Path, Path] | None) -> dict[str, str | Path]:
    if not certificate:
        return {"smtpd_tls_security_level": "none"}
    return {"smtpd_tls_cert_file": certificate[0], "smtpd_tls_key_file": certificate[1]}
