"""A Freehold box in a temporary folder, on free ports, used as its owner would use it."""

import contextlib
import json
import os
import signal
import socket
import ssl
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from test.harness.dns import empty_world
from test.harness.ports import free_port
from test.harness.processes import Process, run, tail, wait_until

HOSTNAME = "mail.example.test"
DOMAIN = "example.test"
PASSWORD = "long-secret"

Table = Mapping[str, Any]
Settings = Mapping[str, Table | Sequence[Table]]


def toml_value(value: object) -> str:
    """JSON's notation of texts, numbers, truth values and lists is TOML's too."""
    return json.dumps(str(value) if isinstance(value, Path) else value)


def toml_key(key: str) -> str:
    return key if key.replace("_", "").isalnum() else json.dumps(key)


class Box:
    """One installation: made by `freehold setup`, then with a configuration for free loopback ports.

    `settings` adds to the configuration: section → key → value; the section "" is the top, and a list of
    sections is an array of tables.
    """

    def __init__(
        self,
        program: Path,
        folder: Path,
        *,
        hostname: str = HOSTNAME,
        domain: str = DOMAIN,
        certificate: tuple[Path, Path] | None = None,
        settings: Settings | None = None,
        metrics: bool = False,
    ) -> None:
        self.program, self.folder = program.absolute(), folder
        self.hostname, self.domain = hostname, domain
        folder.mkdir(parents=True, exist_ok=True)
        self.config = folder / "freehold.toml"
        self.data = folder / "data"
        self.log = folder / "freehold.log"
        # A unix socket's path may have some 107 bytes.
        self.lmtp = folder / "lmtp.sock"
        self.smtp, self.submission, self.submissions = free_port(), free_port(), free_port()
        self.imap, self.imaps = free_port(), free_port()
        self.pop3, self.pop3s = free_port(), free_port()
        # Off unless it is asked for: its HTTP server takes two seconds to stop.
        self.metrics = free_port() if metrics else 0
        self.launcher: list[str | Path] = []  # runs the program, such as `unshare -m`
        self.process: Process | None = None
        self.cli("setup", hostname, domain, "--data", str(self.data))
        self.certificate = certificate or (folder / "certificate.pem", folder / "key.pem")
        self.configure(settings or {})

    # Configuration.

    def configure(self, settings: Settings) -> None:
        """Writes the configuration; it holds from the next start on."""
        sections: dict[str, dict[str, Any]] = {
            "": {"hostname": self.hostname, "data": self.data},
            "tls": {"certificate": self.certificate[0], "key": self.certificate[1]},
            "listen": {
                "smtp": [f"127.0.0.1:{self.smtp}"],
                "submission": [f"127.0.0.1:{self.submission}"],
                "submissions": [f"127.0.0.1:{self.submissions}"],
                "imap": [f"127.0.0.1:{self.imap}"],
                "imaps": [f"127.0.0.1:{self.imaps}"],
                "pop3": [f"127.0.0.1:{self.pop3}"],
                "pop3s": [f"127.0.0.1:{self.pop3s}"],
                "lmtp": self.lmtp,
                "metrics": self.metrics,
            },
            "limits": {"low_disk_bytes": 1 << 20, "connections_per_prefix": 2000, "threads": 2},
            # Every sender of a test is a stranger.
            "filter": {"greylist": False, "first_time_delay_seconds": 0},
        }
        if "dns" not in settings:  # a test without names of its own asks nothing of the outside
            sections["dns"] = {"forwarders": [empty_world().address]}
        lines: list[str] = []
        for name, values in settings.items():
            if isinstance(values, Mapping):
                sections.setdefault(name, {}).update(values)
        for name, values in sections.items():
            if name:
                lines.append(f"\n[{name}]")
            lines += [f"{toml_key(key)} = {toml_value(value)}" for key, value in values.items()]
        for name, tables in settings.items():
            for table in [] if isinstance(tables, Mapping) else tables:
                lines += [f"\n[[{name}]]", *(f"{key} = {toml_value(value)}" for key, value in table.items())]
        self.config.write_text("\n".join(lines) + "\n")

    # Running.

    def start(self, seconds: float = 30) -> "Box":
        """Starts the server and waits until every port answers."""
        self.process = Process([*self.launcher, self.program, "--config", self.config, "serve"], self.log)
        process = self.process

        def answers() -> bool:
            if not process.running():
                raise AssertionError(f"the server ended: {process.exit_code}\n{self.log_tail()}")
            return all(self._greets(port) for port in (self.smtp, self.imap))

        try:
            wait_until("the server answers", answers, seconds, 0.02)
        except AssertionError:
            self.kill()
            raise
        return self

    def stop(self, seconds: float = 20) -> int:
        """SIGTERM; the exit code."""
        return self.process.stop(seconds) if self.process else 0

    def kill(self) -> None:
        if self.process:
            self.process.kill()

    def restart(self) -> "Box":
        self.stop()
        return self.start()

    def reload(self) -> None:
        assert self.process
        self.process.signal(signal.SIGHUP)

    def running(self) -> bool:
        return self.process is not None and self.process.running()

    def resident_bytes(self) -> int:
        assert self.process
        return self.process.resident_bytes()

    def peak_bytes(self) -> int:
        """The most memory that the server has had resident."""
        assert self.process
        return self.process.peak_bytes()

    @staticmethod
    def tells_memory() -> bool:
        """Whether these two mean anything: a sanitizer keeps what was freed."""
        return "ASAN_OPTIONS" not in os.environ

    def log_tail(self, lines: int = 40) -> str:
        return f"--- {self.log} ---\n{tail(self.log, lines)}"

    def _greets(self, port: int) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", port), 2) as connection:
                return bool(connection.recv(1))
        except OSError:
            return False

    # The command line.

    def command(self, *args: str, json_output: bool = False) -> Sequence[str | Path]:
        return [self.program, "--config", self.config, *(["--json"] if json_output else []), *args]

    def cli(self, *args: str, stdin: str = "") -> str:
        """What the command prints; an AssertionError when it fails."""
        return run(self.command(*args), stdin=stdin).stdout

    def cli_fails(self, *args: str, stdin: str = "") -> str:
        """What a command says that has to fail."""
        done = run(self.command(*args), stdin=stdin, check=False)
        assert done.returncode not in (0, None), f"{args} should have failed: {done.stdout}"
        assert done.returncode > 0, f"{args} ended by signal {-done.returncode}"
        return done.stderr

    def cli_json(self, *args: str, stdin: str = "") -> Any:
        return json.loads(run(self.command(*args, json_output=True), stdin=stdin).stdout)

    def add_account(self, name: str, password: str = PASSWORD, **options: str) -> str:
        """Adds NAME (an address, or a local part of the box's domain); the address."""
        address = name if "@" in name else f"{name}@{self.domain}"
        more = [text for key, value in options.items() for text in (f"--{key}", value)]
        self.cli("account", "add", address, *more, stdin=password + "\n")
        return address


def client_tls(ca_file: Path | None = None) -> ssl.SSLContext:
    """For clients: trusts `ca_file`, or without one any certificate."""
    if ca_file:
        return ssl.create_default_context(cafile=str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@contextlib.contextmanager
def running_box(program: Path, accounts: Sequence[str] = ("anna", "bert"), settings: Settings | None = None):  # noqa: ANN201
    """A started box with accounts (with PASSWORD) that is gone at the end; its log is shown on failure."""
    with tempfile.TemporaryDirectory(prefix="freehold-") as folder:
        Path(folder).chmod(0o755)
        box = Box(program, Path(folder), settings=settings)
        try:
            box.start()
            for name in accounts:
                box.add_account(name)
            yield box
        except BaseException:
            print(box.log_tail())
            raise
        finally:
            box.stop()
