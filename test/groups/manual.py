"""The commands of the manual, run as a reader would: each page of docs/ from top to bottom."""

import imaplib
import re
import shlex
import subprocess
import tempfile
import unittest
from pathlib import Path

from test.harness.box import PASSWORD, Box, client_tls
from test.harness.mail import simple
from test.options import options

_DOMAIN = "example.org"
_ACCOUNTS = ("anna", "bert", "carla")
_COMMAND = re.compile(r"^ {4,}freehold ([^#\n]+?)\s*(?:#.*)?$", re.MULTILINE)


def commands_of(page: Path) -> list[str]:
    return _COMMAND.findall(page.read_text())


class Manual(unittest.TestCase):
    """One test for each page that has commands (made below)."""

    def follow(self, page: Path) -> None:
        with tempfile.TemporaryDirectory(prefix="freehold-") as name:
            folder = Path(name)
            box = Box(options.program, folder / "box", hostname=f"mail.{_DOMAIN}", domain=_DOMAIN)
            box.start()
            self.addCleanup(box.stop)
            for account in _ACCOUNTS:
                box.add_account(account)
            with imaplib.IMAP4_SSL("127.0.0.1", box.imaps, ssl_context=client_tls()) as imap:
                imap.login(f"anna@{_DOMAIN}", PASSWORD)
                imap.append("INBOX", None, None, simple("a message"))  # type: ignore[arg-type]
            (folder / "odd.eml").write_bytes(simple("an odd one"))
            for command in commands_of(page):
                with self.subTest(command):
                    done = subprocess.run(box.command(*shlex.split(command)), cwd=folder, input=PASSWORD + "\n",
                                          capture_output=True, text=True, timeout=60, check=False)
                    self.assertEqual(done.returncode, 0, done.stderr)
            box.stop()

    def test_every_page_that_has_commands_is_followed(self) -> None:
        """manual: there are pages with commands"""
        self.assertGreaterEqual(len(_PAGES), 5)


def _follow(page: Path):  # noqa: ANN202
    def test(self: Manual) -> None:
        self.follow(page)

    test.__doc__ = f"manual: the commands of {page} work"
    return test


_PAGES = [page for page in sorted(Path("docs").glob("*.md")) if commands_of(page)]
for _page in _PAGES:
    setattr(Manual, f"test_{_page.stem}", _follow(_page))
