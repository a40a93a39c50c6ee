"""A private Postfix: its own configuration, queue, data and log, none of the system's."""

import os
import pwd
import socket
from collections.abc import Mapping
from pathlib import Path

from test.harness.ports import free_port
from test.harness.processes import Process, run, tail, wait_until

_DAEMONS = Path("/usr/lib/postfix/sbin")

# service type private unpriv chroot wakeup maxproc command
_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """One instance on a free port. `settings` are lines of main.cf.

    It takes mail for `domains` into Maildirs, and any other mail goes the way that
    `settings` say (a `transport_maps` line is made from `transports`: domain → transport).
    `listeners` are further ones: "ADDRESS:PORT" → their own settings.
    """

    def __init__(
        self,
        folder: Path,
        *,
        certificate: tuple[Path, Path],
        ca_file: Path,
        hostname: str = "mx.remote.test",
        domains: tuple[str, ...] = (),
        transports: Mapping[str, str] | None = None,
        settings: Mapping[str, str] | None = None,
        listeners: Mapping[str, Mapping[str, str | Path]] | None = None,
    ) -> None:
        self.folder, self.hostname, self.port = folder, hostname, free_port()
        self._listeners = listeners or {}
        self.log = folder / "postfix.log"
        self.mail = folder / "mail"
        self._config = folder / "config"
        self._make_folders()
        self._write_master()
        self._write_main(certificate, ca_file, domains, dict(transports or {}), dict(settings or {}))
        self.process: Process | None = None

    def start(self) -> "Postfix":
        run(["postfix", "-c", self._config, "check"])
        # postlogd writes self.log; what it cannot write is in the process's own log.
        self.process = Process([_DAEMONS / "master", "-s", "-c", self._config], self.folder / "master.log")
        try:
            wait_until("Postfix answers", self._answers)
        except AssertionError:
            self.stop()
            raise AssertionError(self.log_tail()) from None
        return self

    def stop(self) -> None:
        if self.process:
            self.process.stop(10)

    def restart(self) -> "Postfix":
        self.stop()
        return self.start()

    def send(self, sender: str, recipient: str, message: bytes) -> None:
        """Gives a message to Postfix with sendmail, as a local program would."""
        run(["sendmail", "-C", self._config, "-f", sender, "-i", recipient], stdin=message.replace(b"\r\n", b"\n"))

    def flush(self) -> None:
        run(["postqueue", "-c", self._config, "-f"])

    def queue(self) -> str:
        return run(["postqueue", "-c", self._config, "-j"]).stdout

    def received(self, address: str) -> list[bytes]:
        """The messages that came for an address of one of `domains`."""
        folder = self.mail / address.partition("@")[2] / "new"
        messages = [file.read_bytes() for file in sorted(folder.glob("*"))]
        mark = f"Delivered-To: {address}\n".encode()
        return [message for message in messages if mark in message]

    def log_tail(self) -> str:
        return f"--- {self.log} ---\n{tail(self.log)}\n{tail(self.folder / 'master.log')}"

    def _answers(self) -> bool:
        assert self.process
        if not self.process.running():
            raise AssertionError("Postfix ended")
        try:
            with socket.create_connection(("127.0.0.1", self.port), 2) as connection:
                return connection.recv(3) == b"220"
        except OSError:
            return False

    def _make_folders(self) -> None:
        owner = pwd.getpwnam("postfix")
        for path in (self.folder, self._config, self.folder / "queue"):
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(0o755)
        for path in (self.folder / "data", self.mail):
            path.mkdir(exist_ok=True)
            os.chown(path, owner.pw_uid, owner.pw_gid)

    def _write_master(self) -> None:
        more = ""
        for at, settings in self._listeners.items():
            options = "".join(f"\n  -o {key}={value}" for key, value in settings.items())
            more += f"{at} inet n - n - - smtpd{options}\n"
        (self._config / "master.cf").write_text(_MASTER.format(port=self.port) + more)

    def _write_main(self, certificate: tuple[Path, Path], ca_file: Path, domains: tuple[str, ...],
                    transports: Mapping[str, str], settings: Mapping[str, str]) -> None:
        owner = pwd.getpwnam("postfix")
        (self._config / "transport").write_text("".join(f"{k} {v}\n" for k, v in transports.items()))
        # One Maildir for a whole domain: virtual(8) takes no substitutions.
        (self._config / "mailboxes").write_text("".join(f"@{domain} {domain}/\n" for domain in domains))
        values = {
            "compatibility_level": "3.6",
            "queue_directory": self.folder / "queue",
            "data_directory": self.folder / "data",
            "daemon_directory": _DAEMONS,
            "command_directory": "/usr/sbin",
            "mail_owner": "postfix",
            "setgid_group": "postdrop",
            "maillog_file": self.log,
            "maillog_file_prefixes": self.folder,
            "myhostname": self.hostname,
            "mydestination": "",
            "local_recipient_maps": "",
            "alias_maps": "",
            "mynetworks": "127.0.0.0/8",
            "inet_protocols": "ipv4",
            "biff": "no",
            "smtp_host_lookup": "native",
            "smtp_dns_support_level": "disabled",
            "lmtp_host_lookup": "native",
            "transport_maps": f"texthash:{self._config}/transport",
            "virtual_mailbox_domains": " ".join(domains),
            "virtual_mailbox_maps": f"texthash:{self._config}/mailboxes",
            "virtual_mailbox_base": self.mail,
            "virtual_uid_maps": f"static:{owner.pw_uid}",
            "virtual_gid_maps": f"static:{owner.pw_gid}",
            "virtual_minimum_uid": "1",
            "smtpd_tls_cert_file": certificate[0],
            "smtpd_tls_key_file": certificate[1],
            "smtpd_tls_security_level": "may",
            "smtpd_tls_received_header": "yes",
            "smtp_tls_security_level": "may",
            "smtp_tls_CAfile": ca_file,
            "smtp_tls_loglevel": "1",
            "smtpd_tls_loglevel": "1",
            "minimal_backoff_time": "5s",
            "queue_run_delay": "2s",
            "smtpd_client_connection_rate_limit": "0",
            "smtpd_peername_lookup": "no",
            **settings,
        }
        (self._config / "main.cf").write_text("".join(f"{key} = {value}\n" for key, value in values.items()))
