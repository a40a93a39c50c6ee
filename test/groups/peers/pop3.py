"""fetchmail, mpop, curl and Python's poplib read over POP3."""

import poplib
import smtplib
import time
from pathlib import Path

from test.groups.peers.world import Peers
from test.harness.box import PASSWORD, client_tls
from test.harness.mail import Generator, Message, simple
from test.harness.processes import run

_COUNT = 300


class Pop3(Peers):
    """Each test has an account of its own."""

    def account(self, name: str, messages: list[bytes]) -> str:
        address = self.box.add_account(name)
        with smtplib.LMTP(str(self.box.lmtp)) as lmtp:
            for message in messages:
                lmtp.sendmail("s@remote.test", address, message)
        return address

    def login(self, address: str) -> poplib.POP3:
        pop = poplib.POP3_SSL("localhost", self.box.pop3s, context=client_tls(self.authority.certificate))
        pop.user(address)
        pop.pass_(PASSWORD)
        return pop

    def left(self, address: str) -> int:
        pop = self.login(address)
        count, _ = pop.stat()
        pop.quit()
        return count

    @staticmethod
    def bodies(texts: list[bytes]) -> list[bytes]:
        """Without header and with LF, for comparing what programs have kept with what was sent."""
        return sorted(text.replace(b"\r\n", b"\n").split(b"\n\n", 1)[1].strip() for text in texts)

    def test_poplib(self) -> None:
        """peers: Python's poplib over STLS and TLS reads 300 messages byte for byte, and deletes"""
        messages: list[Message] = Generator(31).take(_COUNT)
        address = self.account("poplib", [m.bytes for m in messages])
        plain = poplib.POP3("localhost", self.box.pop3)
        self.assertIn("STLS", plain.capa())
        plain.stls(client_tls(self.authority.certificate))
        self.assertNotIn("STLS", plain.capa())
        plain.utf8()
        plain.user(address)
        plain.pass_(PASSWORD)
        count, octets = plain.stat()
        self.assertEqual(count, _COUNT)
        sizes = [int(line.split()[1]) for line in plain.list()[1]]
        self.assertEqual(sum(sizes), octets)
        ids = [line.split()[1] for line in plain.uidl()[1]]
        self.assertEqual(len(set(ids)), _COUNT)
        for number, message in enumerate(messages, 1):
            _, lines, _ = plain.retr(number)
            text = b"\r\n".join(lines) + b"\r\n"
            self.assertEqual(len(text), sizes[number - 1])
            self.assertTrue(text.endswith(message.bytes), number)
            _, top, _ = plain.top(number, 0)
            self.assertEqual(top, lines[: len(top)])
            self.assertEqual(top[-1], b"")
        for number in range(1, _COUNT):
            plain.dele(number)
        plain.quit()
        self.box.restart()
        again = self.login(address)
        self.assertEqual([line.split()[1] for line in again.uidl()[1]], ids[-1:])
        again.quit()

    def test_large(self) -> None:
        """peers: poplib reads a message of 30 MB, and the server's memory stays small"""
        line = b".x" * 38 + b"\r\n"
        message = simple("large") + line * (30_000_000 // len(line))
        address = self.account("large", [message])
        before = self.box.peak_bytes()
        pop = self.login(address)
        _, lines, _ = pop.retr(1)
        pop.quit()
        self.assertTrue((b"\r\n".join(lines) + b"\r\n").endswith(message))
        if self.box.tells_memory():
            self.assertLess(self.box.peak_bytes() - before, 16 << 20)

    def test_curl(self) -> None:
        """peers: curl lists and reads over pop3s and over pop3 with STLS"""
        address = self.account("curl", [simple("for curl", message_id="<pop@curl.test>")])
        for scheme, port in (("pop3s", self.box.pop3s), ("pop3", self.box.pop3)):
            words = ["curl", "--silent", "--show-error", "--max-time", "20", "--cacert", self.authority.certificate, "--ssl-reqd"]
            words += ["--resolve", f"mail.example.test:{port}:127.0.0.1", "--user", f"{address}:{PASSWORD}"]
            url = f"{scheme}://mail.example.test:{port}/"
            self.assertRegex(run([*words, url]).stdout, r"^1 \d+\r?\n$")
            self.assertIn("<pop@curl.test>", run([*words, f"{url}1"]).stdout)
            for mechanism in ("PLAIN", "LOGIN"):
                self.assertIn("1 ", run([*words, "--login-options", f"AUTH={mechanism}", "-X", "UIDL", url]).stdout)

    def test_fetchmail(self) -> None:
        """peers: fetchmail fetches by UIDL and keeps, then fetches only what is new, then flushes"""
        sent = [simple(f"number {n}", message_id=f"<{n}@fetchmail.test>") for n in range(20)]
        address = self.account("fetchmail", sent)
        folder = self.folder / "fetchmail"
        folder.mkdir()
        inbox = folder / "inbox"
        config = folder / "fetchmailrc"
        config.write_text(
            f'poll localhost service {self.box.pop3s} protocol pop3 uidl username "{address}" password "{PASSWORD}" ssl sslcertfile '
            f'"{self.authority.certificate}" sslcertck no rewrite mda "cat >> {inbox}; printf \'\\n---\\n\' >> {inbox}"\n')
        config.chmod(0o600)

        def fetch(*more: str) -> list[bytes]:
            inbox.write_bytes(b"")
            done = run(["fetchmail", "--fetchmailrc", config, "--idfile", folder / "ids", "--pidfile", folder / "pid", *more],
                       env={"FETCHMAILHOME": str(folder)}, seconds=60, check=False)
            self.assertIn(done.returncode, (0, 1), done.stdout + done.stderr)  # 1: nothing was new
            return inbox.read_bytes().split(b"\n---\n")[:-1]

        self.assertEqual(self.bodies(fetch("--keep")), self.bodies(sent))
        self.assertEqual(self.left(address), 20)
        with smtplib.LMTP(str(self.box.lmtp)) as lmtp:
            lmtp.sendmail("s@remote.test", address, simple("the new one", message_id="<new@fetchmail.test>"))
        self.assertEqual(len(fetch("--keep")), 1)
        fetch("--flush")
        self.assertEqual(self.left(address), 0)

    def test_mpop(self) -> None:
        """peers: mpop fetches pipelined and deletes, over TLS and over STLS"""
        for way, port in (("tls", self.box.pop3s), ("stls", self.box.pop3)):
            messages = [m.bytes for m in Generator(41).take(40)]
            address = self.account(f"mpop.{way}", messages)
            folder = self.folder / f"mpop.{way}"
            for part in ("cur", "new", "tmp"):
                (folder / "mail" / part).mkdir(parents=True)
            config = folder / "mpoprc"
            config.write_text(
                f"account default\nhost localhost\nport {port}\nuser {address}\npassword {PASSWORD}\ntls on\n"
                f"tls_starttls {'on' if way == 'stls' else 'off'}\ntls_trust_file {self.authority.certificate}\n"
                f"delivery maildir {folder}/mail\nuidls_file {folder}/uidls\npipelining on\nkeep off\nreceived_header off\n")
            config.chmod(0o600)
            run(["mpop", f"--file={config}"], seconds=60)
            self.assertEqual(self.bodies([f.read_bytes() for f in (folder / "mail" / "new").iterdir()]), self.bodies(messages))
            self.assertEqual(self.left(address), 0)
