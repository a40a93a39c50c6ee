"""Whole-server dialogues: every file test/scenarios/*.txt is one test, played against a fresh box."""

import smtplib
import socket
import tempfile
import time
import unittest
from collections.abc import Callable
from pathlib import Path

from test.harness.box import Box
from test.harness.dialogue import Dialogue, Scenario, read_scenario
from test.harness.template import Template
from test.options import options

_FOLDER = Path(__file__).parent.parent / "scenarios"


class Scenarios(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        # Unix sockets need a short path.
        folder = tempfile.TemporaryDirectory(prefix="freehold-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.template = Template(options.program, cls.folder / "template")
        cls.boxes = 0

    def _box(self, scenario: Scenario) -> Box:
        type(self).boxes += 1
        return self.template.make(self.folder / f"{self.boxes}", scenario.settings)

    def play(self, path: Path) -> None:
        scenario = read_scenario(path)
        box = self._box(scenario)
        try:
            box.start()
            Dialogue(scenario, box).play()
            self.assertTrue(box.running(), "the server ended")
        except BaseException:
            print(box.log_tail(20))
            raise
        finally:
            code = box.stop()
        self.assertEqual(code, 0, f"the server's exit code\n{box.log_tail(20)}")


    def test_stops_soon_when_names_cannot_be_looked_up(self) -> None:
        """scenarios.stops_soon_when_names_cannot_be_looked_up: a silent name server holds nobody up at the end"""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            name_server = f"127.0.0.1:{silent.getsockname()[1]}"
            type(self).boxes += 1
            box = self.template.make(self.folder / f"{self.boxes}", {"dns": {"forwarders": [name_server]}})
            box.start()
            client = smtplib.SMTP("127.0.0.1", box.smtp, timeout=60)
            try:
                client.ehlo("mail.outside.test")
                client.putcmd("MAIL", "FROM:<someone@outside.test>")
                silent.settimeout(30)
                silent.recv(512)  # it has asked
                begun = time.monotonic()
                code = box.stop()
            finally:
                client.close()
                box.kill()
        self.assertEqual(code, 0, box.log_tail(20))
        self.assertLess(time.monotonic() - begun, 8, box.log_tail(20))


def _test_of(path: Path) -> Callable[[Scenarios], None]:
    def test(self: Scenarios) -> None:
        self.play(path)

    test.__doc__ = f"scenarios.{path.stem}: {path.read_text().splitlines()[0].lstrip('# ')}"
    return test


for _path in sorted(_FOLDER.glob("*.txt")):
    setattr(Scenarios, f"test_{_path.stem}", _test_of(_path))
