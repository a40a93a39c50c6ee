"""Mail to destinations with DANE and MTA-STS: each case of transport_cases.py against real servers."""

import email
import gzip
import json
import re
import smtplib
import tempfile
import unittest
from pathlib import Path
from typing import Any, ClassVar

from test.groups.trust.transport_cases import (
    BY_AUTHORITY,
    BY_DANE,
    CASES,
    DEFERRED,
    DELIVERED,
    NO_MATCH,
    NO_STARTTLS,
    REQUIRETLS,
    SELF_SIGNED,
    TLS_REQUIRED_NO,
    UNVERIFIED,
    Case,
    Policy,
)
from test.groups.trust.transport_world import MOVING, REPORTS, World, page_of, policy_records
from test.harness.box import PASSWORD, Box, client_tls
from test.harness.mail import simple
from test.harness.network import network_of_its_own
from test.harness.processes import wait_until
from test.options import options

_OUTCOMES = {"queue.delivered": DELIVERED, "queue.relayed": DELIVERED, "queue.deferred": DEFERRED, "queue.failed": "failed"}


_CASES_PER_SENDER = 10


class Transport(unittest.TestCase):
    world: ClassVar[World]
    box: ClassVar[Box]
    outcomes: ClassVar[dict[str, dict[str, Any]]]  # the first one by recipient

    @classmethod
    def setUpClass(cls) -> None:
        try:
            cls.enterClassContext(network_of_its_own())
        except PermissionError:
            raise unittest.SkipTest("root is needed for a network with port 25 of its own") from None
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="freehold-")))
        folder.chmod(0o755)
        cls.world = World.make(folder)
        cls.addClassCleanup(cls.world.stop)
        cls.box = Box(options.program, folder / "box", settings={
            "dns": {"forwarders": [cls.world.names.address], "trust_anchor": cls.world.names.trust_anchor},
            "outbound": {"ca_file": cls.world.trusted, "prefer_ipv4": True, "private_addresses": True},
            "queue": {"first_retry_seconds": 3600},
            "log": {"format": "json"}})
        cls.addClassCleanup(cls.box.stop)
        cls.box.start()
        # Several senders: one who writes to so many strangers at once is held for a thief's victim.
        for number, first in enumerate(range(0, len(CASES), _CASES_PER_SENDER)):
            cls.send_all(f"sender{number}", CASES[first:first + _CASES_PER_SENDER])
        cls.outcomes = {}
        wanted = {f"kim@{case.name}.{case.zone}" for case in CASES}
        wait_until("an outcome of each", lambda: wanted <= cls.read_outcomes().keys(), 60, 0.2)

    @classmethod
    def send_all(cls, name: str, cases: list[Case]) -> None:
        sender = cls.box.add_account(name)
        with smtplib.SMTP_SSL("127.0.0.1", cls.box.submissions, context=client_tls()) as smtp:
            smtp.login(sender, PASSWORD)
            for case in cases:
                recipient = f"kim@{case.name}.{case.zone}"
                message = simple(recipient, sender=sender, message_id=f"<{recipient}>")
                if case.wish == TLS_REQUIRED_NO:
                    message = f"{TLS_REQUIRED_NO}\r\n".encode() + message
                smtp.sendmail(sender, [recipient], message, [REQUIRETLS] if case.wish == REQUIRETLS else [])

    @classmethod
    def read_outcomes(cls) -> dict[str, dict[str, Any]]:
        for row in cls.log_rows():
            if row["event"] in _OUTCOMES:
                cls.outcomes.setdefault(row["to"], row)
        return cls.outcomes

    @classmethod
    def log_rows(cls) -> list[dict[str, Any]]:
        # The last line may still be written.
        return [json.loads(line) for line in cls.box.log.read_text().splitlines(keepends=True) if line.endswith("\n")]

    def send_one(self, recipient: str) -> None:
        with smtplib.SMTP_SSL("127.0.0.1", self.box.submissions, context=client_tls()) as smtp:
            smtp.login("sender0@example.test", PASSWORD)
            smtp.sendmail("sender0@example.test", [recipient], simple(recipient, sender="sender0@example.test", message_id=f"<{recipient}>"))

    def becomes(self, recipient: str, outcome: str, reason: str) -> None:
        """Sends a message; its first outcome and the reason."""
        self.send_one(recipient)
        came = wait_until(f"an outcome for {recipient}", lambda: self.read_outcomes().get(recipient), 20)
        self.assertEqual(_OUTCOMES[came["event"]], outcome, came)
        self.assertRegex(came["tls"] if outcome == DELIVERED else came["reply"], reason)

    def is_delivered_at_last(self, recipient: str, reason: str) -> None:
        """Whether a message that may wait is delivered when it is tried again."""
        def come() -> str:
            self.box.cli("queue", "retry", "all")
            rows = [row for row in self.log_rows() if row["event"] in _OUTCOMES and row["to"] == recipient]
            return rows[-1]["tls"] if rows and _OUTCOMES[rows[-1]["event"]] == DELIVERED else ""

        self.assertRegex(wait_until(f"{recipient} is delivered", come, 20, 0.3), reason)

    def move(self, name: str, records: str, policy: Policy | None) -> None:
        """Changes DNS and policy of NAME.MOVING."""
        records += "\n" + policy_records(policy or Policy(records=()))
        host = f"mta-sts.{name}.{MOVING}"
        self.world.policies.pages.pop(host, None)
        if policy:
            self.world.policies.pages[host] = page_of(name, MOVING, policy)
        # The record last: who sees it must find its page.
        self.world.move(records.replace("{n}", name))

    def test_policy_that_is_gone(self) -> None:
        """transport: a policy that was fetched binds when record and file are gone, and until another id comes"""
        self.move("kept", "{n} MX 10 mx.{n}\nmx.{n} A {good}", Policy())
        self.becomes(f"first@kept.{MOVING}", DELIVERED, BY_AUTHORITY)
        self.move("kept", "{n} MX 10 mx.{n}\nmx.{n} A {self}", None)
        self.becomes(f"second@kept.{MOVING}", DEFERRED, SELF_SIGNED)
        # A record with another id, and no file: the policy that is known still binds.
        self.move("kept", "{n} MX 10 mx.{n}\nmx.{n} A {self}\n_mta-sts.{n} TXT \"v=STSv1; id=2;\"", None)
        self.becomes(f"third@kept.{MOVING}", DEFERRED, SELF_SIGNED)
        self.move("kept", "{n} MX 10 mx.{n}\nmx.{n} A {self}", Policy("none", records=("v=STSv1; id=3;",)))
        self.becomes(f"fourth@kept.{MOVING}", DELIVERED, UNVERIFIED)

    def test_policy_that_is_old(self) -> None:
        """transport: a policy binds no longer than its max_age"""
        self.move("aged", "{n} MX 10 mx.{n}\nmx.{n} A {good}", Policy(max_age=2))
        self.becomes(f"first@aged.{MOVING}", DELIVERED, BY_AUTHORITY)
        self.move("aged", "{n} MX 10 mx.{n}\nmx.{n} A {self}", None)
        self.send_one(f"second@aged.{MOVING}")
        self.is_delivered_at_last(f"second@aged.{MOVING}", UNVERIFIED)

    def test_new_key(self) -> None:
        """transport: mail that waits for a TLSA record of the new key is delivered when it is there"""
        self.move("rollover", "{n} MX 10 mx.{n}\nmx.{n} A {renewed}\n_25._tcp.mx.{n} TLSA 3 1 1 good", None)
        self.becomes(f"first@rollover.{MOVING}", DEFERRED, NO_MATCH)
        self.move("rollover", "{n} MX 10 mx.{n}\nmx.{n} A {renewed}\n_25._tcp.mx.{n} TLSA 3 1 1 renewed", None)
        self.is_delivered_at_last(f"first@rollover.{MOVING}", BY_DANE)

    def test_lapsed_certificate(self) -> None:
        """transport: where nobody promises it, a valid certificate that lapses holds no mail, and no TLS any more does"""
        for number in range(3):
            self.move("habit", "{n} MX 10 mx.{n}\nmx.{n} A {good}", None)
            self.becomes(f"usual{number}@habit.{MOVING}", DELIVERED, BY_AUTHORITY)
        self.move("habit", "{n} MX 10 mx.{n}\nmx.{n} A {expired}", None)
        self.becomes(f"lapsed@habit.{MOVING}", DELIVERED, UNVERIFIED)
        told = [row["action"] for row in self.log_rows() if row["event"] == "trust.tls_downgrade" and row["domain"] == f"habit.{MOVING}"]
        self.assertEqual(told, ["sent"])
        self.move("habit", "{n} MX 10 mx.{n}\nmx.{n} A {plain}", None)
        self.becomes(f"plain@habit.{MOVING}", DEFERRED, NO_STARTTLS)

    def test_report(self) -> None:
        """transport: trouble under a policy is in the TLS report to its domain, also when the mail was delivered"""
        def report() -> bytes:
            self.box.cli("reports", "send")
            return next(iter(self.world.postfix.received(REPORTS)), b"")

        mail = email.message_from_bytes(wait_until("the report", report, 30, 0.5))
        [attached] = [part.get_payload(decode=True) for part in mail.walk() if part.get_content_type() == "application/tlsrpt+gzip"]
        [policy] = json.loads(gzip.decompress(attached))["policies"]
        self.assertEqual(policy["policy"]["policy-type"], "sts")
        self.assertEqual(policy["policy"]["policy-domain"], "testing.plain.test")
        self.assertEqual(policy["summary"], {"total-successful-session-count": 0, "total-failure-session-count": 1})
        [failure] = policy["failure-details"]
        self.assertEqual((failure["result-type"], failure["receiving-mx-hostname"]), ("certificate-not-trusted", "mx.testing.plain.test"))

    def check(self, case: Case) -> None:
        recipient = f"kim@{case.name}.{case.zone}"
        came = self.outcomes[recipient]
        self.assertEqual(_OUTCOMES[came["event"]], case.outcome, came)
        if case.outcome == DELIVERED:
            self.assertRegex(came["tls"], case.reason)
            self.assertTrue(self.world.postfix.received(recipient))
        elif case.outcome == DEFERRED:
            self.assertRegex(self.shown(recipient), re.compile(case.reason, re.IGNORECASE))
            self.assertFalse(self.world.postfix.received(recipient))
        else:
            self.assertRegex(f"{came['status']} {came['reply']}", case.reason)

    def shown(self, recipient: str) -> str:
        """What `freehold queue show` says of the message."""
        [message] = [m for m in self.box.cli_json("queue", "list") if m["recipients"][0]["address"] == recipient]
        return self.box.cli("queue", "show", message["id"])


def _add_cases() -> None:
    for case in CASES:
        def test(self: Transport, case: Case = case) -> None:
            self.check(case)

        test.__doc__ = f"transport: {case.name}.{case.zone} ({case.why}): {case.outcome}"
        setattr(Transport, f"test_{case.name}_{case.zone}".replace("-", "_").replace(".", "_"), test)


_add_cases()
