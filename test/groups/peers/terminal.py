"""neomutt in a terminal, as a person uses it."""

import smtplib
from collections.abc import Callable
from pathlib import Path

from test.groups.peers.world import Peers
from test.harness.box import PASSWORD
from test.harness.mail import simple
from test.harness.mailbox import Mailbox
from test.harness.processes import run, wait_until

_CONFIGURATION = """\
set imap_user = "anna@example.test"
set imap_pass = "{password}"
set folder = "imaps://localhost:{imaps}/"
set spoolfile = "imaps://localhost:{imaps}/INBOX"
set smtp_url = "smtps://anna%40example.test@localhost:{submissions}/"
set smtp_pass = "{password}"
set smtp_authenticators = "plain"
set ssl_ca_certificates_file = "{ca}"
set ssl_force_tls = yes
set certificate_file = "{folder}/certificates"
set header_cache = ""
set from = "anna@example.test"
set realname = "Anna"
set use_from = yes
set record = ""
set postponed = ""
set editor = "{folder}/editor"
set fast_reply = yes
set include = yes
set abort_unmodified = no
set confirmappend = no
set confirmcreate = no
set delete = yes
set wait_key = no
set timeout = 1
set mail_check = 1
"""


class Screen:
    """A terminal of tmux's with one program in it."""

    def __init__(self, folder: Path, *command: str) -> None:
        self._tmux = ["tmux", "-S", str(folder / "tmux.sock"), "-f", "/dev/null"]
        run([*self._tmux, "new-session", "-d", "-x", "120", "-y", "40", *command], env={"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TERM": "screen"})

    def text(self) -> str:
        return run([*self._tmux, "capture-pane", "-p"], check=False).stdout

    def keys(self, *keys: str) -> None:
        run([*self._tmux, "send-keys", *keys])

    def shows(self, *words: str) -> None:
        def all_there() -> bool:
            text = self.text()
            return all(word in text for word in words)

        try:
            wait_until(f"{words} on the screen", all_there, 20, 0.1)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.text()}") from None

    def end(self) -> None:
        run([*self._tmux, "kill-server"], check=False)


class Terminal(Peers):
    def eventually(self, what: str, poll: Callable[[], object], screen: Screen) -> None:
        try:
            wait_until(what, poll, 20, 0.2)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{screen.text()}") from None

    def test_neomutt(self) -> None:
        """peers: neomutt opens a message, replies to it and moves it"""
        with smtplib.SMTP("127.0.0.1", self.box.smtp) as smtp:
            smtp.sendmail("s@remote.test", "anna@example.test", simple("the first letter", sender="bert@example.test", message_id="<first@example.test>", body="How are you?\r\n"))
        folder = self.folder / "neomutt"
        folder.mkdir()
        (folder / "editor").write_text("#!/bin/sh\necho 'I am well.' >> \"$1\"\n")
        (folder / "editor").chmod(0o755)
        (folder / "rc").write_text(_CONFIGURATION.format(
            password=PASSWORD, imaps=self.box.imaps, submissions=self.box.submissions, ca=self.authority.certificate, folder=folder))
        screen = Screen(folder, "neomutt", "-n", "-F", str(folder / "rc"))
        self.addCleanup(screen.end)
        screen.shows("the first letter")
        screen.keys("Enter")
        screen.shows("How are you?")
        screen.keys("r")
        screen.shows("y:Send", "Re: the first letter")
        screen.keys("y")
        self.eventually("the reply at Bert's", lambda: self.look("bert", 'SUBJECT "Re: the first letter"'), screen)
        reply = self.look("bert", 'SUBJECT "Re: the first letter"')
        self.assertIn(b"In-Reply-To: <first@example.test>", reply)
        self.assertIn(b"I am well.", reply)
        screen.keys("s")
        screen.shows("Save")
        screen.keys("C-u")
        screen.keys("-l", "=Kept")
        screen.keys("Enter")
        self.eventually("the copy", lambda: self.count("Kept") == 1, screen)
        screen.keys("$")
        self.eventually("INBOX is empty", lambda: self.count("INBOX") == 0, screen)
        screen.keys("q")

    def count(self, mailbox: str) -> int:
        with Mailbox(self.box, "anna") as session:
            try:
                [status] = session.ask(f"STATUS {mailbox} (MESSAGES)")
            except (AssertionError, ValueError):
                return -1
            return int(status.split()[-1].rstrip(b")"))
