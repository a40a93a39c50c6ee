"""offlineimap, which synchronizes every folder both ways in a way of its own (no CONDSTORE, UIDs noted on both sides)."""

import imaplib
from pathlib import Path

from test.groups.peers.world import Peers
from test.harness.box import PASSWORD, client_tls
from test.harness.mail import Generator, simple
from test.harness.mailbox import Mailbox
from test.harness.processes import run

_COUNT = 200


class Offline(Peers):
    def imap(self) -> imaplib.IMAP4_SSL:
        imap = imaplib.IMAP4_SSL("127.0.0.1", self.box.imaps, ssl_context=client_tls())
        imap.login("anna@example.test", PASSWORD)
        return imap

    def sync(self) -> None:
        config = self.folder / "offlineimaprc"
        config.write_text(
            f"[general]\naccounts = box\nmetadata = {self.folder}/offlineimap\nsocktimeout = 60\n\n"
            f"[Account box]\nlocalrepository = near\nremoterepository = far\n\n"
            f"[Repository near]\ntype = Maildir\nlocalfolders = {self.folder}/near\n\n"
            f"[Repository far]\ntype = IMAP\nremotehost = localhost\nremoteport = {self.box.imaps}\nremoteuser = anna@example.test\n"
            f"remotepass = {PASSWORD}\nssl = yes\nsslcacertfile = {self.authority.certificate}\n")
        done = run(["offlineimap", "-o", "-c", config, "-u", "basic"], seconds=180)
        self.assertNotIn("ERROR", done.stdout + done.stderr)

    def files(self, folder: str = "INBOX") -> list[Path]:
        return sorted(f for d in ("cur", "new") for f in (self.folder / "near" / folder / d).iterdir())

    def state(self) -> list[bytes]:
        with Mailbox(self.box, "anna") as mailbox:
            return mailbox.ask('LIST "" "*" RETURN (STATUS (MESSAGES UIDNEXT HIGHESTMODSEQ UNSEEN))')

    def test_offlineimap(self) -> None:
        """peers: offlineimap synchronizes both ways, and a second run changes nothing"""
        messages = Generator(22).take(_COUNT)
        with self.imap() as imap:
            imap.create("Work/Ideas")
            for number, message in enumerate(messages):
                to = "Work/Ideas" if number % 10 == 0 else "INBOX"
                self.assertEqual(imap.append(to, "(\\Seen)" if number % 2 else "", "", message.bytes)[0], "OK")
        inbox, ideas = _COUNT - _COUNT // 10, _COUNT // 10
        self.sync()
        files = self.files()
        self.assertEqual((len(files), len(self.files("Work.Ideas"))), (inbox, ideas))
        sent = {m.bytes.replace(b"\r\n", b"\n") for m in messages}
        kept = {f.read_bytes() for f in files + self.files("Work.Ideas")}
        self.assertEqual(len(sent - kept), 0, "messages that are not there byte for byte")
        self.check_settled()

        self.change_both_sides(files)
        self.sync()
        self.assertEqual(len(self.files()), inbox + 5 - 10 - 7)
        with Mailbox(self.box, "anna") as mailbox:
            self.assertEqual(mailbox.exists, inbox + 5 - 10 - 7)
            [flagged] = mailbox.ask("SEARCH FLAGGED")
            self.assertEqual(len(flagged.split()) - 2, 20)
        self.check_settled()

    def check_settled(self) -> None:
        before, files = self.state(), self.files()
        self.sync()
        self.assertEqual(self.state(), before)
        self.assertEqual(self.files(), files)

    def change_both_sides(self, files: list[Path]) -> None:
        """Flags 20, removes 10 and adds 5 in the Maildir, removes 7 others in the box."""
        for file in files[:20]:
            file.rename(file.parent.parent / "cur" / (file.name.partition(":")[0] + ":2,FS"))
        for file in files[20:30]:
            file.unlink()
        for number in range(5):
            new = files[0].parent.parent / "new" / f"16000000{number:02}.made.here"
            new.write_bytes(simple(f"near {number}").replace(b"\r\n", b"\n"))
        with self.imap() as imap:
            imap.select("INBOX")
            gone = ",".join(f.name.partition("U=")[2].partition(",")[0] for f in files[30:37])
            imap.uid("STORE", gone, "+FLAGS.SILENT", "(\\Deleted)")
            imap.expunge()
