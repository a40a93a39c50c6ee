"""The two sides: a fresh Freehold box, and a fresh Postfix with Dovecot, each with the same mailboxes."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from test.harness.box import DOMAIN, PASSWORD, Box
from test.harness.certificates import Authority
from test.harness.dovecot import Dovecot
from test.harness.postfix import Postfix
from test.harness.template import Template

USERS = tuple(f"user{n}" for n in range(10))
ADDRESSES = tuple(f"{user}@{DOMAIN}" for user in USERS)

# What a Postfix for many parallel sessions is given; nothing here weakens what its 250 promises.
POSTFIX_TUNING = {
    "default_process_limit": "100",
    "smtpd_client_connection_count_limit": "0",
    "smtpd_client_message_rate_limit": "0",
    "initial_destination_concurrency": "20",
    "in_flow_delay": "0",
    "smtpd_tls_security_level": "none",
    "smtp_tls_security_level": "none",
    "message_size_limit": "100000000",
    "mailbox_size_limit": "0",
    "virtual_mailbox_limit": "0",
    "minimal_backoff_time": "1000s",
    "queue_run_delay": "300s",
}


@dataclass(frozen=True)
class Server:
    """What a measurement needs to know of a running side."""

    smtp: int
    imap: int
    pids: tuple[int, ...]  # the roots of its process trees


@dataclass
class Workshop:
    """Makes the sides; what is the same for all runs (accounts, certificates) is made once."""

    program: Path
    load: Path
    folder: Path

    def __post_init__(self) -> None:
        self._authority = Authority(self.folder / "ca")
        self._host = self._authority.host("localhost")
        self._template: Template | None = None

    @contextlib.contextmanager
    def box(self, settings: dict[str, dict[str, object]] | None = None) -> Iterator[Box]:
        """A started box with USERS."""
        if self._template is None:
            self._template = Template(self.program, self.folder / "template", USERS)
        with tempfile.TemporaryDirectory(prefix="box-", dir=self.folder) as folder:
            more = settings or {}
            more.setdefault("", {}).setdefault("allow_plain_login", True)
            box = self._template.make(Path(folder), more)
            try:
                box.start()
                yield box
            except BaseException:
                print(box.log_tail())
                raise
            finally:
                box.stop()

    @contextlib.contextmanager
    def ours(self, with_filter: bool = False) -> Iterator[Server]:
        with self.box({"filter": {"enabled": with_filter}}) as box:
            yield Server(box.smtp, box.imap, (process_of(box),))

    @contextlib.contextmanager
    def dovecot(self, mail_format: str, high_performance: bool = False) -> Iterator[Dovecot]:
        with tempfile.TemporaryDirectory(prefix="dovecot-", dir=self.folder) as folder:
            _open_to_all(self.folder, Path(folder))
            users = dict.fromkeys(ADDRESSES, PASSWORD)
            dovecot = Dovecot(Path(folder), users, certificate=self._host, mail_format=mail_format,
                              high_performance=high_performance)
            try:
                yield dovecot.start()
            except BaseException:
                print(dovecot.log_tail())
                raise
            finally:
                dovecot.stop()

    @contextlib.contextmanager
    def postfix(self, settings: dict[str, str]) -> Iterator[Postfix]:
        with tempfile.TemporaryDirectory(prefix="postfix-", dir=self.folder) as folder:
            _open_to_all(self.folder, Path(folder))
            postfix = Postfix(
                Path(folder), certificate=self._host, ca_file=self._authority.certificate,
                settings={**POSTFIX_TUNING, **settings})
            try:
                yield postfix.start()
            finally:
                postfix.stop()

    @contextlib.contextmanager
    def postfix_with_dovecot(self) -> Iterator[Server]:
        """Postfix gives to Dovecot's LMTP, which delivers into Maildirs."""
        with self.dovecot("maildir") as dovecot:
            delivery = {
                "virtual_mailbox_domains": DOMAIN,
                "virtual_mailbox_maps": "static:all",
                "virtual_transport": f"lmtp:inet:127.0.0.1:{dovecot.lmtp}",
                "lmtp_destination_concurrency_limit": "50",
            }
            with self.postfix(delivery) as postfix:
                assert dovecot.process and postfix.process
                yield Server(postfix.port, dovecot.imap, (postfix.process.pid, dovecot.process.pid))


def process_of(box: Box) -> int:
    assert box.process
    return box.process.pid


def _open_to_all(*folders: Path) -> None:
    """Postfix and Dovecot work as users of their own."""
    for folder in folders:
        folder.chmod(0o755)
