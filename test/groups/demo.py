"""What `./dev run` prints is true: its four commands, run as they stand."""

import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from test.options import options

STARTED_WITHIN = 60.0


class Demo(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="freehold-demo-")
        self.addCleanup(folder.cleanup)
        self.output = Path(folder.name) / "output.txt"
        with self.output.open("wb") as output:
            self.demo = subprocess.Popen([sys.executable, "demo/run.py", options.program, folder.name],
                                         stdout=output, stderr=subprocess.STDOUT)
        self.addCleanup(self.stop)
        end = time.monotonic() + STARTED_WITHIN
        while "Ctrl-C ends everything" not in self.output.read_text():
            self.assertIsNone(self.demo.poll(), self.output.read_text())
            self.assertLess(time.monotonic(), end, "the demo does not start")
            time.sleep(0.1)

    def stop(self) -> None:
        if self.demo.poll() is None:
            self.demo.send_signal(signal.SIGINT)
            self.assertEqual(self.demo.wait(timeout=60), 0)

    def run_line(self, command: str) -> str:
        done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stderr}")
        return done.stdout

    def test_the_four_commands(self) -> None:
        """demo: mail comes in, is read, is answered, and arrives through the relay"""
        text = self.output.read_text()
        commands = re.findall(r"^  \d\. .*?(curl .*)$", text, re.MULTILINE)
        self.assertEqual(len(commands), 4, text)
        self.run_line(commands[0])
        self.assertIn("are you there?", self.run_line(commands[1]))
        self.run_line(commands[2])
        end = time.monotonic() + 20
        arrived = ""
        while "a server of my own" not in arrived and time.monotonic() < end:
            time.sleep(0.2)
            arrived = subprocess.run(commands[3], shell=True, capture_output=True, text=True, timeout=30, check=False).stdout
        self.assertIn("a server of my own", arrived)
        listing = re.search(r"^The command line: +(.*)$", text, re.MULTILINE)
        assert listing
        self.assertIn("anna@example.test", self.run_line(listing[1]))
