"""./dev run: a demo box with its relay, both real Freehold servers, on loopback ports."""

import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

SERVICES = ("smtp", "submission", "submissions", "imap", "imaps", "pop3", "pop3s")


@dataclass
class Box:
    """One Freehold server with its own folder."""

    program: str
    folder: Path
    hostname: str
    domain: str
    first_port: int
    ca_file: str = ""

    def __post_init__(self) -> None:
        self.ports = dict(zip(SERVICES, free_ports(self.first_port, len(SERVICES))))
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def config(self) -> Path:
        return self.folder / "freehold.toml"

    def call(self, *arguments: str, secret: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run([self.program, "--config", str(self.config), *arguments],
                              input=secret + "\n", capture_output=True, text=True, check=False)

    def prepare(self) -> None:
        """Makes certificate and store at the first run; writes the configuration with today's ports."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / "data").exists():
            self.config.unlink(missing_ok=True)
            made = self.call("setup", self.hostname, self.domain, "--data", str(self.folder / "data"))
            if made.returncode != 0:
                sys.exit(made.stderr)
        listen = "\n".join(f'{name} = ["127.0.0.1:{port}"]' for name, port in self.ports.items())
        self.config.write_text(
            f'hostname = "{self.hostname}"\ndata = "{self.folder / "data"}"\n'
            f'[tls]\ncertificate = "{self.folder / "certificate.pem"}"\nkey = "{self.folder / "key.pem"}"\n'
            f'[listen]\n{listen}\n'
            f'[limits]\nlow_disk_bytes = 67108864\n'
            f'[outbound]\nca_file = "{self.ca_file}"\n', encoding="utf-8")

    def start(self) -> None:
        log = open(self.folder / "server.log", "ab")  # lives as long as the server
        self.process = subprocess.Popen([self.program, "--config", str(self.config), "serve"], stderr=log, start_new_session=True)
        for _ in range(200):
            if self.call("domain", "list").returncode == 0:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        sys.exit(f"{self.hostname} does not start; see {self.folder / 'server.log'}")

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=40)


def free_ports(first: int, count: int) -> list[int]:
    """The ports from `first` on that nobody has."""
    found: list[int] = []
    port = first
    while len(found) < count:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                found.append(port)
            except OSError:
                pass
        port += 1
    return found


def introduce(box: Box, world: Box, mail: Path) -> None:
    mail.write_text("From: Carol <carol@outside.test>\nTo: Anna <anna@example.test>\nSubject: Hello from outside\n\n"
                    "Dear Anna, are you there?\n", encoding="utf-8", newline="\r\n")
    reply = mail.with_name("reply.txt")
    reply.write_text("From: Anna <anna@example.test>\nTo: Carol <carol@outside.test>\nSubject: Re: Hello from outside\n\n"
                     "Yes, on a server of my own.\n", encoding="utf-8", newline="\r\n")
    p, w = box.ports, world.ports
    print(f"""
Freehold runs: the box mail.example.test with the domain example.test, and a second one that is the relay to the world.

  box      SMTP {p['smtp']}, submission {p['submission']} (STARTTLS) and {p['submissions']} (TLS), IMAP {p['imap']} (STARTTLS) and {p['imaps']} (TLS), POP3 {p['pop3']} (STLS) and {p['pop3s']} (TLS)
  logins   anna@example.test / demo-anna     bo@example.test / demo-bo
  outside  carol@outside.test / demo-carol at the relay, IMAP {w['imaps']} (TLS)

Try, in another terminal:
  1. send one in       curl -s smtp://127.0.0.1:{p['smtp']} --mail-from carol@outside.test --mail-rcpt anna@example.test --upload-file {mail}
  2. read it           curl -sk 'imaps://127.0.0.1:{p['imaps']}/INBOX;UID=*' -u anna@example.test:demo-anna
  3. submit a reply    curl -sk --ssl-reqd smtp://127.0.0.1:{p['submission']} -u anna@example.test:demo-anna --mail-from anna@example.test --mail-rcpt carol@outside.test --upload-file {reply}
  4. see it arrive     curl -sk 'imaps://127.0.0.1:{w['imaps']}/INBOX;UID=*' -u carol@outside.test:demo-carol

The command line:      {box.program} --config {box.config} account list
Logs and state:        {box.folder.parent}   (./dev clean run removes them)
Ctrl-C ends everything.""", flush=True)


def main() -> int:
    program, folder = str(Path(sys.argv[1]).absolute()), Path(sys.argv[2]).absolute()
    world = Box(program, folder / "relay", "localhost", "outside.test", 3025)
    world.prepare()
    box = Box(program, folder / "box", "mail.example.test", "example.test", 2025, str(world.folder / "certificate.pem"))
    box.prepare()
    stopped = False

    def stop(*_: object) -> None:
        nonlocal stopped
        stopped = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        world.start()
        box.start()
        world.call("account", "add", "relay@outside.test", secret="demo-relay")
        world.call("account", "add", "carol@outside.test", "--name", "Carol", secret="demo-carol")
        world.call("account", "send-as", "relay@outside.test", "@example.test")
        box.call("account", "add", "anna@example.test", "--name", "Anna", secret="demo-anna")
        box.call("account", "add", "bo@example.test", "--name", "Bo", secret="demo-bo")
        box.call("relay", "add", "localhost", "--port", str(world.ports["submission"]), "--user", "relay@outside.test",
                 secret="demo-relay")
        tested = box.call("relay", "test")
        if tested.returncode != 0:
            sys.exit(tested.stderr)
        introduce(box, world, folder / "hello.txt")
        while not stopped and all(b.process and b.process.poll() is None for b in (box, world)):
            time.sleep(0.2)
    finally:
        box.stop()
        world.stop()
    if not stopped:
        print(f"a server has ended by itself; see the logs in {folder}", file=sys.stderr)
        return 1
    print("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
