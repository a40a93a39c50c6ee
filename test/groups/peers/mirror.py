"""mbsync mirrors a mailbox of 2,000 messages both ways."""

import imaplib
from pathlib import Path

from test.groups.peers.world import Peers
from test.harness.box import PASSWORD, client_tls
from test.harness.connection import Connection
from test.harness.mail import Generator, Message, simple
from test.harness.mailbox import Mailbox
from test.harness.processes import run

_COUNT = 2_000
_AT_ONCE = 50


class Mirror(Peers):
    def fill(self, messages: list[Message]) -> None:
        with Connection(self.box.imaps, 60) as imap:
            imap.start_tls()
            imap.line()
            imap.send(f"a LOGIN anna@example.test {PASSWORD}\r\n".encode())
            assert imap.line().startswith(b"a OK")
            for first in range(0, len(messages), _AT_ONCE):
                group = messages[first : first + _AT_ONCE]
                imap.send(b"".join(b"b APPEND INBOX {%d+}\r\n%b\r\n" % (len(m.bytes), m.bytes) for m in group))
                for _ in group:
                    assert imap.line().startswith(b"b OK")

    def sync(self) -> str:
        config = self.folder / "mbsyncrc"
        config.write_text(
            f"IMAPStore box\nHost localhost\nPort {self.box.imaps}\nUser anna@example.test\nPass {PASSWORD}\nSSLType IMAPS\n"
            f"CertificateFile {self.authority.certificate}\nPipelineDepth 50\n\n"
            f"MaildirStore near\nPath {self.folder}/mirror/\nInbox {self.folder}/mirror/INBOX\nSubFolders Verbatim\n\n"
            f"Channel all\nFar :box:\nNear :near:\nPatterns *\nCreate Both\nExpunge Both\nSyncState *\n")
        (self.folder / "mirror").mkdir(exist_ok=True)
        done = run(["mbsync", "-c", config, "-a"], seconds=120)
        return done.stdout + done.stderr

    def files(self) -> list[Path]:
        return sorted(f for d in ("cur", "new") for f in (self.folder / "mirror" / "INBOX" / d).iterdir())

    def state(self) -> list[bytes]:
        with Mailbox(self.box, "anna") as mailbox:
            return mailbox.ask("STATUS INBOX (MESSAGES UIDNEXT HIGHESTMODSEQ)")

    def test_mirror(self) -> None:
        """peers: mbsync mirrors 2,000 messages both ways, and a second run changes nothing"""
        messages = Generator(21).take(_COUNT)
        self.fill(messages)
        self.sync()
        files = self.files()
        self.assertEqual(len(files), _COUNT)
        sent = {m.bytes.replace(b"\r\n", b"\n") for m in messages}
        kept = {b"\n".join(l for l in f.read_bytes().split(b"\n") if not l.startswith(b"X-TUID: ")) for f in files}
        self.assertEqual(len(sent - kept), 0, "messages that are not mirrored byte for byte")
        before = self.state()
        self.sync()
        self.assertEqual(self.state(), before)
        self.assertEqual(self.files(), files)
        self.change_both_sides(files)
        self.sync()
        after = self.state()
        self.assertEqual(len(self.files()), _COUNT + 5 - 10 - 7)
        with Mailbox(self.box, "anna") as mailbox:
            self.assertEqual(mailbox.exists, _COUNT + 5 - 10 - 7)
            [flagged] = mailbox.ask("SEARCH FLAGGED")
            self.assertEqual(len(flagged.split()) - 2, 20)
        self.sync()
        self.assertEqual(self.state(), after)

    def change_both_sides(self, files: list[Path]) -> None:
        """Flags 20 and removes 10 and adds 5 in the Maildir, removes 7 others in the box."""
        for file in files[:20]:
            file.rename(file.parent.parent / "cur" / (file.name.partition(":")[0] + ":2,FS"))
        for file in files[20:30]:
            file.unlink()
        for number in range(5):
            (files[0].parent.parent / "new" / f"16000000{number:02}.made.here").write_bytes(simple(f"near {number}").replace(b"\r\n", b"\n"))
        with imaplib.IMAP4_SSL("127.0.0.1", self.box.imaps, ssl_context=client_tls()) as imap:
            imap.login("anna@example.test", PASSWORD)
            imap.select("INBOX")
            gone = ",".join(f.name.partition("U=")[2].partition(":")[0] for f in files[30:37])
            imap.uid("STORE", gone, "+FLAGS.SILENT", "(\\Deleted)")
            imap.expunge()
