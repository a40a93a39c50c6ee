"""Twenty sessions do random things to the same mailboxes; each knows what it must see (test/random_imap)."""

import os
import tempfile
import time
import unittest
from collections.abc import Callable
from pathlib import Path

from test.harness.box import DOMAIN, PASSWORD, Box
from test.harness.template import Template
from test.options import options
from test.random_imap.ledger import Contradiction, Ledger
from test.random_imap.lies import BETWEEN, DIALOGUES, LEDGERS, LIES, START, VANISHING, Liar
from test.random_imap.model import MailboxModel, Rules
from test.random_imap.run import Run
from test.random_imap.session import Lie
from test.random_imap.wire import parse

_SECONDS = 20
_LIE_SECONDS = 15  # in which a lie has to be found out


class Models(unittest.TestCase):
    def test_models(self) -> None:
        """random: the model of a client takes what a server may say, and finds out what it may not"""
        for vanished, dialogues in ((False, DIALOGUES), (True, VANISHING)):
            for name, (true, rules, lines) in dialogues.items():
                with self.subTest(name):
                    model = MailboxModel(Ledger(), vanished=vanished)

                    def tell(model: MailboxModel = model, rules: Rules = rules, lines: tuple[str, ...] = lines) -> None:
                        for line in lines:
                            model.take(parse(f"{line}\r\n".encode()), rules)

                    for line in START:
                        model.take(parse(f"{line}\r\n".encode()), BETWEEN)
                    self._agree(true, tell)

    def test_ledger(self) -> None:
        """random: the ledger finds out what is lost, doubled or given twice"""
        for name, (true, acts) in LEDGERS.items():
            with self.subTest(name):
                ledger = Ledger()
                for act in acts[:-1]:
                    act(ledger)
                self._agree(true, lambda act=acts[-1], ledger=ledger: act(ledger))

    def _agree(self, true: bool, tell: Callable[[], object]) -> None:
        if true:
            tell()
        else:
            with self.assertRaises(Contradiction):
                tell()


class Random(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory(prefix="freehold-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.template = Template(options.program, cls.folder / "template", ("anna",))
        cls.boxes = 0

    def _box(self) -> Box:
        type(self).boxes += 1
        box = self.template.make(self.folder / f"{self.boxes}", {"": {"allow_plain_login": True}})
        self.addCleanup(box.kill)
        return box.start()

    def _run(self, box: Box, seed: int, sessions: int = 20, lie: Lie | None = None) -> Run:
        return Run(box.imap, f"anna@{DOMAIN}", PASSWORD, seed, sessions=sessions, lie=lie)

    def test_random(self) -> None:
        """random: twenty sessions do random things at once, and no two things that the server says contradict each other"""
        deadline = time.monotonic() + options.soak_minutes * 60
        seed = options.seed
        while True:
            box = self._box()
            run = self._run(box, seed)
            try:
                run.play(_SECONDS)
            except AssertionError as error:
                raise AssertionError(f"{error}\n{box.log_tail(10)}") from None
            came, went = run.ledger.counts()
            print(f"     seed {seed}: {run.commands} commands, {came} messages came, {went} went", flush=True)
            self.assertTrue(box.running(), box.log_tail())
            self.assertEqual(box.stop(), 0, box.log_tail())
            self.assertIn("the store is clean", box.cli("store", "check"))
            self.assertGreater(came, 20 if "TSAN_OPTIONS" in os.environ else 100, "too little to say anything")
            seed += 1
            if time.monotonic() > deadline:
                break

    def test_lies(self) -> None:
        """random: a server that lies now and then is found out, whatever it lies about"""
        for name, change in LIES.items():
            with self.subTest(name):
                box = self._box()
                run = self._run(box, options.seed, sessions=6, lie=Liar(change, options.seed))
                with self.assertRaises(AssertionError) as found:
                    run.play(_LIE_SECONDS)
                box.kill()
                self.assertRegex(str(found.exception), "^seed ", "it has failed by itself")
                print(f"     {name}: {str(found.exception).splitlines()[0][:150]}", flush=True)
