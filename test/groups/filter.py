"""The spam filter: strangers' mail that is kept, put into Junk, deferred or refused, and what its owner teaches."""

import re
import smtplib
import tempfile
import time
import unittest
from pathlib import Path
from typing import ClassVar

from test.harness.box import PASSWORD, Box, client_tls
from test.harness.dns import NameServer
from test.harness.mail import simple
from test.harness.mailbox import Mailbox
from test.harness.processes import run, wait_until
from test.harness.stranger import PROXY, Stranger
from test.options import options

_HONEST, _LISTED, _UNKNOWN = "192.0.2.1", "192.0.2.9", "203.0.113.5"
_ZONES = {
    "honest.test": '@ MX 10 mx\nmx A 192.0.2.1\n@ TXT "v=spf1 ip4:192.0.2.1 -all"\n_dmarc TXT "v=DMARC1; p=none"',
    # Who lists everybody, or answers nobody, is no witness: RFC 5782's entries are there or not.
    "zen.spamhaus.org": "2.0.0.127 A 127.0.0.2\n9.2.0.192 A 127.0.0.4\n9.2.0.192 A 127.0.0.9",
    "psbl.surriel.com": "* A 127.0.0.2",
    "bl.spamcop.net": "2.0.0.127 A 127.0.0.2\n9.2.0.192 A 127.255.255.254",
    "dbl.spamhaus.org": "test A 127.0.1.2\nphish.test A 127.0.1.4",
    "2.0.192.in-addr.arpa": "1 PTR mx.honest.test.",
}
_SETTINGS = {
    "proxy": {"trusted": [f"{PROXY}/32"]},
    "abuse": {"greeting_pause_millis": 0},
    "filter": {"greylist": True},
}


_ENTICING = ("Congratulations winner! You have won $1,000,000. Click here to claim your prize money now: http://win.test/claim\r\n"
             "Cheap viagra, casino bonus, act now, limited offer!!!\r\n")


class SpamFilter(unittest.TestCase):
    folder: ClassVar[Path]
    box: ClassVar[Box]

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory(prefix="freehold-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        names = NameServer(cls.folder / "dns", _ZONES)
        cls.addClassCleanup(names.stop)
        cls.box = Box(options.program, cls.folder / "box", settings={**_SETTINGS, "dns": {"forwarders": [names.address]}})
        cls.addClassCleanup(cls.box.stop)
        cls.box.start()
        for name in ("anna", "bert", "carl", "dora"):
            cls.box.add_account(name)

    def deliver(self, address: str, sender: str, recipient: str, message: bytes) -> str:
        with Stranger(address, self.box.smtp) as stranger:
            return stranger.deliver(sender, recipient, message)

    def fetch(self, name: str, message_id: str, mailbox: str) -> bytes:
        """The message with its header; empty when it is not there."""
        with Mailbox(self.box, name) as session:
            session.ask(f'SELECT "{mailbox}"')
            uid = self._uid(session, message_id)
            return b"".join(session.ask(f"UID FETCH {uid} BODY.PEEK[]")) if uid else b""

    def _uid(self, session: Mailbox, message_id: str) -> str:
        found = b"".join(session.ask(f'UID SEARCH HEADER Message-ID "{message_id}"')).split()[2:]
        return found[0].decode() if found else ""

    def move(self, name: str, message_id: str, source: str, target: str) -> None:
        with Mailbox(self.box, name) as session:
            session.ask(f'SELECT "{source}"')
            session.ask(f'UID MOVE {self._uid(session, message_id)} "{target}"')

    def explained(self, name: str, message_id: str, mailbox: str) -> dict[str, float]:
        with Mailbox(self.box, name) as session:
            session.ask(f'SELECT "{mailbox}"')
            uid = self._uid(session, message_id)
        said = self.box.cli_json("filter", "explain", f"{name}@example.test", "--mailbox", mailbox, "--uid", uid)
        return {r["name"]: r["weight"] for r in said["reasons"]} | {"": said["score"]}

    def wait_for_lists(self) -> dict[str, str]:
        def tested() -> dict[str, str]:
            states = {r["zone"]: r["state"] for r in self.box.cli_json("filter", "lists")}
            return states if "not tested" not in (states["zen.spamhaus.org"], states["dbl.spamhaus.org"]) else {}

        return wait_until("the lists are tested", tested, 30, 0.2)

    def test_honest(self) -> None:
        """filter: a proven sender's letter is in the inbox, and the header says why"""
        message = simple("the chairs", sender="joe@honest.test", message_id="<h1@honest.test>")
        forged = b"X-Freehold-Spam: score=-99; decision=inbox\r\n" + message
        self.assertRegex(self.deliver(_HONEST, "joe@honest.test", "anna@example.test", forged), "^250 ")
        text = self.fetch("anna", "<h1@honest.test>", "INBOX")
        self.assertRegex(text, rb"X-Freehold-Spam: score=-?\d+\.\d; limit=5\.0; decision=inbox;")
        self.assertIn(b"dmarc_pass=", text)
        self.assertNotIn(b"-99", text)

    def test_lists(self) -> None:
        """filter: a list is asked when it keeps RFC 5782; one that lists everybody or refuses is no witness"""
        states = self.wait_for_lists()
        self.assertEqual(states["zen.spamhaus.org"], "works")
        self.assertEqual(states["dbl.spamhaus.org"], "works")
        self.assertEqual(states["psbl.surriel.com"], "failed")
        message = simple("hello", sender="joe@honest.test", message_id="<l1@honest.test>")
        self.assertRegex(self.deliver(_LISTED, "joe@honest.test", "bert@example.test", message), "^451 ")
        # A postmaster's mail is never turned away.
        message = simple("listed", sender="joe@honest.test", message_id="<l2@honest.test>")
        self.assertRegex(self.deliver(_LISTED, "joe@honest.test", "postmaster@example.test", message), "^250 ")
        text = wait_until("it is in Junk", lambda: self.fetch("anna", "<l2@honest.test>", "Junk"))
        self.assertIn(b"dnsbl:zen.spamhaus.org=", text)
        self.assertNotIn(b"psbl", text)
        self.assertNotIn(b"spamcop", text)

    def test_greylist(self) -> None:
        """filter: an unknown client without proof has to come back; the answer says when"""
        message = simple("You have WON!!!", sender="x@nowhere.test", message_id="<g1@nowhere.test>", body=_ENTICING)
        reply = self.deliver(_UNKNOWN, "x@nowhere.test", "carl@example.test", message)
        self.assertRegex(reply, r"^451 4\.7\.1 .*try again in 4 minutes")
        self.assertFalse(self.fetch("carl", "<g1@nowhere.test>", "INBOX"))

    def test_first_time_delay(self) -> None:
        """filter: the first message of a sender is answered late, the next one at once"""
        box = Box(options.program, self.folder / "patient", settings={
            **_SETTINGS, "dns": {"forwarders": ["127.0.0.1:9"]}, "filter": {"first_time_delay_seconds": 2, "lists": False}})
        self.addCleanup(box.stop)
        box.start()
        anna = box.add_account("anna")
        took = []
        for subject in ("one", "two"):
            began = time.monotonic()
            with Stranger(_UNKNOWN, box.smtp) as stranger:
                self.assertRegex(stranger.deliver("joe@unknown.test", anna, simple(subject, sender="joe@unknown.test")), "^250 ")
            took.append(time.monotonic() - began)
        self.assertGreater(took[0], 2, took)
        self.assertLess(took[1], took[0] - 1.5, took)

    def test_allow_and_block(self) -> None:
        """filter: what the owner allows or blocks is so, for one account or the whole box"""
        self.box.cli("filter", "allow", "nowhere2.test", "--for", "anna@example.test", "--note", "the club")
        self.assertIn("the club", self.box.cli("filter", "rules", "--for", "anna@example.test"))
        message = simple("You have WON!!!", sender="x@nowhere2.test", message_id="<a1@nowhere2.test>", body=_ENTICING)
        self.assertRegex(self.deliver(_UNKNOWN, "x@nowhere2.test", "anna@example.test", message), "^250 ")
        self.assertIn(b"allowed=", self.fetch("anna", "<a1@nowhere2.test>", "INBOX"))
        self.box.cli("filter", "forget", "nowhere2.test", "--for", "anna@example.test")
        self.box.cli("filter", "block", "honest.test", "--for", "carl@example.test")
        message = simple("offer", sender="joe@honest.test", message_id="<b1@honest.test>")
        self.assertRegex(self.deliver(_HONEST, "joe@honest.test", "carl@example.test", message), "^250 ")
        self.assertIn(b"blocked=", self.fetch("carl", "<b1@honest.test>", "Junk"))
        audited = self.box.cli("audit", "list", "--action", "filter")
        self.assertRegex(audited, "filter.allow +nowhere2.test")
        self.assertIn("no domain", self.box.cli_fails("filter", "block", "x.test", "--for", "other.test"))

    def test_refused(self) -> None:
        """filter: above the second limit it is refused, with the reasons and a way out"""
        self.wait_for_lists()
        self.box.cli("filter", "block", "worst.test")
        message = simple("You have WON!!!", sender="x@worst.test", message_id="<r1@worst.test>", body=_ENTICING)
        reply = self.deliver(_LISTED, "x@worst.test", "anna@example.test", message)
        self.assertRegex(reply, r"^550 5\.7\.1 .*blocked.*postmaster@example\.test")

    def test_learns(self) -> None:
        """filter: a move to Junk and back teaches it, whoever moves"""
        for i in (1, 2):
            message = simple("wonderful garden chairs", sender="shop@honest.test", message_id=f"<c{i}@honest.test>")
            self.assertRegex(self.deliver(_HONEST, "shop@honest.test", "dora@example.test", message), "^250 ")
        def words() -> float:
            return self.explained("dora", "<c2@honest.test>", "INBOX")["words"]

        before = words()
        self.move("dora", "<c1@honest.test>", "INBOX", "Junk")
        wait_until("it has learned that it is spam", lambda: words() > before, 20, 0.3)
        self.assertGreater(self.explained("dora", "<c2@honest.test>", "INBOX")["reputation:address"], 0)
        taught = words()
        self.move("dora", "<c1@honest.test>", "Junk", "INBOX")
        wait_until("it has learned that it is none", lambda: words() < taught, 20, 0.3)

    def test_contact(self) -> None:
        """filter: who was written to is no stranger"""
        with smtplib.SMTP_SSL("127.0.0.1", self.box.submissions, context=client_tls()) as smtp:
            smtp.login("carl@example.test", PASSWORD)
            smtp.sendmail("carl@example.test", ["pen@pal.test"], simple("hello", sender="carl@example.test", message_id="<q1@example.test>"))
        message = simple("Re: hello", sender="pen@pal.test", message_id="<p1@pal.test>").replace(
            b"Message-ID:", b"In-Reply-To: <q1@example.test>\r\nMessage-ID:")
        self.assertRegex(self.deliver(_UNKNOWN, "pen@pal.test", "carl@example.test", message), "^250 ")
        text = self.fetch("carl", "<p1@pal.test>", "INBOX")
        self.assertIn(b"contact=", text)
        self.assertIn(b"answer=", text)

    def test_lookalike(self) -> None:
        """filter: who looks like somebody that the account writes to is seen through, for that account"""
        with smtplib.SMTP_SSL("127.0.0.1", self.box.submissions, context=client_tls()) as smtp:
            smtp.login("dora@example.test", PASSWORD)
            sent = simple("hello", sender="dora@example.test", to="bob@shopping.test").replace(b"To: <", b"To: Bob Smith <")
            smtp.sendmail("dora@example.test", ["bob@shopping.test"], sent)
        for name, seen in (("dora", True), ("bert", False)):
            message = simple("Invoice", sender="bob@shoppinq.test", message_id=f"<like-{name}@shoppinq.test>").replace(
                b"From: <bob", b"From: Bob Smith <bob")
            self.assertRegex(self.deliver(_HONEST, "bob@shoppinq.test", f"{name}@example.test", message), "^250 ")
            text = b"".join(self.fetch(name, f"<like-{name}@shoppinq.test>", mailbox) for mailbox in ("INBOX", "Junk"))
            self.assertEqual((b"lookalike_domain=" in text, b"name_contact=" in text), (seen, seen), text)

    def test_explain_file(self) -> None:
        """filter: any file can be explained"""
        file = self.folder / "odd.eml"
        file.write_bytes(simple("You have WON", sender="rich@win.test"))
        said = self.box.cli("filter", "explain", "--file", str(file))
        self.assertRegex(said, r"score -?\d+\.\d \(junk from 5\.0, refused from 15\.0\)")
        self.assertRegex(said, r"(?m)^ *-?\d+\.\d  words  probability")
        self.assertIn("ACCOUNT", self.box.cli_fails("filter", "explain"))


class FilterTrial(unittest.TestCase):
    def test_trial(self) -> None:
        """filter.trial: precision and recall on mail that it has not learned from, and no wanted message refused"""
        trial = options.program.parent / "freehold_filter_trial"
        if not trial.exists():
            self.skipTest(f"there is no {trial.name} beside {options.program.name}")
        with tempfile.TemporaryDirectory(prefix="freehold-") as folder:
            for half in (0, 1):
                run(["python3", "-m", "test.filter.corpus", Path(folder) / str(half), "--half", str(half), "--seed", str(half + 1)])
            said = run([trial, Path(folder) / "0", "--test", Path(folder) / "1"]).stdout
        print(said.replace(folder, "generated by test.filter.corpus"), flush=True)
        taught = said[said.index("what a person has taught"):]
        found = re.search(r"precision ([\d.]+), recall ([\d.]+), .*?ham refused (\d+)\s+area under the ROC curve ([\d.]+)", taught)
        assert found
        self.assertGreater(float(found[1]), 0.99, "precision")
        self.assertGreater(float(found[2]), 0.9, "recall")
        self.assertEqual(re.findall(r"ham refused (\d+)", said), ["0"] * 3)
        self.assertGreater(float(found[4]), 0.99, "area under the ROC curve")
