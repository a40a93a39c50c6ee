"""Nothing is acknowledged before it is durable: SIGKILL under load, and full disks."""

import random
import tempfile
import time
import unittest
from collections import Counter
from pathlib import Path

from test.harness.box import Box, Settings
from test.harness.load import Load
from test.harness.mailbox import Mailbox
from test.harness.processes import run, wait_until
from test.harness.template import Template
from test.options import options

_MIB = 1 << 20


class Account:
    """What is known of one INBOX: what was there at the last look is not read again until the end."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.acknowledged: set[str] = set()
        self.seen = 0
        self.next_uid = 1

    def check(self, box: Box, new: set[str], *, everything: bool = False) -> None:
        """Every acknowledged message is there exactly once, and none twice."""
        self.acknowledged |= new
        with Mailbox(box, self.name) as mailbox:
            found = mailbox.message_ids(1 if everything else self.next_uid)
            counts = Counter(message_id for _, message_id in found)
            twice = [message_id for message_id, count in counts.items() if count > 1]
            assert not twice, f"{self.name}: twice: {twice[:5]}"
            lost = (self.acknowledged if everything else new) - counts.keys()
            assert not lost, f"{self.name}: {len(lost)} acknowledged messages are lost: {sorted(lost)[:5]}\n{box.log_tail()}"
            before = 0 if everything else self.seen
            assert mailbox.exists == before + len(found), f"{self.name}: {mailbox.exists} messages, not {before} + {len(found)}"
            self.seen = mailbox.exists
            self.next_uid = max([uid + 1 for uid, _ in found], default=self.next_uid)


class Crash(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="freehold-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.template = Template(options.program, self.folder / "t")

    def test_kill(self) -> None:
        """crash: killed under load again and again, every acknowledged message is there exactly once"""
        box = self.template.make(self.folder / "b")
        self.addCleanup(box.kill)
        chance = random.Random(options.seed)
        accounts = [Account("anna"), Account("bert")]
        deadline = time.monotonic() + options.soak_minutes * 60
        round_number = 0
        while round_number < options.rounds or time.monotonic() < deadline:
            round_number += 1
            box.start()
            load = Load(box, f"round{round_number}", options.seed).start()
            # Long enough for the logins of a slow machine, most of the time.
            time.sleep(chance.uniform(0.1, 2.0))
            box.kill()
            load.stop()
            box.start()
            for account in accounts:
                account.check(box, load.acknowledged.ids.get(account.name, set()))
            said = box.cli("store", "check")
            self.assertIn("the store is clean", said)
            box.kill()  # a second time, while nothing is written
            if round_number % 10 == 0:
                print(f"     round {round_number}: {sum(a.seen for a in accounts)} messages", flush=True)
        box.start()
        for account in accounts:
            account.check(box, set(), everything=True)
        self.assertGreater(sum(a.seen for a in accounts), 20 * options.rounds, "too little load to say anything")
        self.assertEqual(box.stop(), 0)

    def _box_on_small_disk(self, mebibytes: int, settings: Settings) -> Box:
        """Its data is on a tmpfs in a mount namespace of its own, which goes with the server."""
        box = self.template.make(self.folder / "b", {"": {"control": self.folder / "control.sock"}, **settings})
        filled = self.folder / "filled"
        box.data.rename(filled)
        box.data.mkdir()
        script = f'mount -t tmpfs -o size={mebibytes}m none "{box.data}" && cp -a "{filled}/." "{box.data}/" && exec "$@"'
        box.launcher = ["unshare", "-m", "sh", "-c", script, "sh"]
        self.addCleanup(box.stop)
        return box.start()

    def _resize(self, box: Box, mebibytes: int) -> None:
        assert box.process
        run(["nsenter", "-t", str(box.process.pid), "-m", "-r", "mount", "-o", f"remount,size={mebibytes}m", str(box.data)])

    def _fill_disk(self, box: Box) -> Load:
        """Load until the server refuses; the load, which is ended."""
        load = Load(box, f"fill{box.log.stat().st_size}", options.seed, most_bytes=400_000).start()
        try:
            wait_until("the disk is full", lambda: len(load.refusals) > 20, 60)
        except AssertionError as error:
            raise AssertionError(f"{error}: {load.acknowledged.count()} acknowledged, {load.refusals}\n{box.log_tail()}") from None
        finally:
            load.stop()
        for refusal in load.refusals:
            self.assertRegex(refusal, rb"^(452|451) 4\.3\.|^b NO ", "a refusal that tells nothing")
        return load

    def _disk_story(self, settings: Settings) -> None:
        box = self._box_on_small_disk(96, settings)
        anna = Account("anna")
        load = self._fill_disk(box)
        self.assertTrue(any(r.startswith(b"4") for r in load.refusals), load.refusals[:3])
        self.assertGreater(load.acknowledged.count(), 10)
        anna.check(box, load.acknowledged.ids["anna"])
        with Mailbox(box, "anna") as mailbox:
            self.assertIn(b"load", b"".join(mailbox.ask("FETCH 1 (BODY.PEEK[])")))
        self._resize(box, 1024)

        def takes_mail() -> bool:
            again = Load(box, f"again{time.monotonic()}", options.seed).start()
            time.sleep(1)
            again.stop()
            anna.check(box, again.acknowledged.ids.get("anna", set()))
            return again.acknowledged.count() > 0

        wait_until("the server takes mail again", takes_mail, 60, 1)
        anna.check(box, set(), everything=True)
        self.assertIn("the store is clean", box.cli("store", "check"))

    def test_low_disk(self) -> None:
        """crash: on a disk with little room mail is refused for now, reading goes on, and room helps"""
        self._disk_story({"limits": {"low_disk_bytes": 24 * _MIB}})

    def test_full_disk(self) -> None:
        """crash: on a disk that is really full nothing acknowledged is lost, and room helps"""
        self._disk_story({"limits": {"low_disk_bytes": 0}})
