"""Real mail filters on free ports and sockets of a test's folder: rspamd, ClamAV, and one over Sendmail's libmilter."""

import socket
from pathlib import Path

from test.harness.dns import empty_world
from test.harness.ports import free_port
from test.harness.processes import Process, tail, wait_until

# In two parts, so that no scanner takes this file for what it names.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
GTUBE = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*" + b"GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"

_PROGRAMS = Path(__file__).parent.parent / "programs"

# The proxy scans by itself, asks nobody, and has its verdict's fields added.
_RSPAMD = """\
options {{
  pidfile = "{folder}/rspamd.pid";
  tempdir = "{folder}";
  url_tld = "/usr/share/rspamd/effective_tld_names.dat";
  filters = "regexp";
  dns {{ nameserver = ["{dns}"]; timeout = 500ms; retransmits = 1; }}
  check_all_filters = false;
  disable_hyperscan = true;  # which would compile its rules for half a minute
}}
logging {{ type = "console"; level = "info"; }}
lua = "/usr/share/rspamd/rules/rspamd.lua";
modules {{ path = "/usr/share/rspamd/plugins/"; }}
actions {{ reject = 15; add_header = 6; }}
milter_headers {{ use = ["x-spamd-bar", "x-spam-level", "x-spam-status"]; skip_local = false; }}
worker "rspamd_proxy" {{
  bind_socket = "127.0.0.1:{port}";
  milter = yes;
  count = 1;
  upstream "local" {{ default = yes; self_scan = yes; }}
}}
"""


class Filter:
    """One process at one address; `stop` and `start` it again at will."""

    name = "filter"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / f"{self.name}.log"
        self.address = f"unix:{folder}/{self.name}.sock"
        self.processes: list[Process] = []
        folder.mkdir(parents=True, exist_ok=True)

    def commands(self) -> list[tuple[str, list[str | Path]]]:
        """The processes to start in this order, each when the one before it takes connections; the filter is the last."""
        raise NotImplementedError

    def start(self, seconds: float = 60) -> None:
        for address, command in self.commands():
            process = Process(command, self.log)
            self.processes.append(process)

            def answers(address: str = address, process: Process = process) -> bool:
                assert process.running(), f"it ended: {process.exit_code}"
                return _takes_connections(address)

            try:
                wait_until(f"{command[0]} takes connections", answers, seconds, 0.1)
            except AssertionError:
                print(self.log_tail())
                self.stop()
                raise

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.stop(10)
        self.processes = []

    def kill(self) -> None:
        """As a crash would end it."""
        for process in reversed(self.processes):
            process.kill()
        self.processes = []

    def log_tail(self) -> str:
        return f"--- {self.log} ---\n{tail(self.log)}"


def _takes_connections(address: str) -> bool:
    kind, _, at = address.partition(":")
    try:
        if kind == "inet":
            host, _, port = at.rpartition(":")
            socket.create_connection((host, int(port)), 2).close()
        else:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.connect(at)
    except OSError:
        return False
    return True


class Rspamd(Filter):
    name = "rspamd"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        port = free_port()
        self.address = f"inet:127.0.0.1:{port}"
        self._config = folder / "rspamd.conf"
        self._config.write_text(_RSPAMD.format(folder=folder, port=port, dns=empty_world().address))

    def commands(self) -> list[tuple[str, list[str | Path]]]:
        folders = [f"--var={name}={self.folder}" for name in ("RUNDIR", "DBDIR", "LOGDIR", "LOCAL_CONFDIR")]
        return [(self.address, ["rspamd", "--no-fork", "--insecure", "--config", self._config, *folders])]


class ClamAv(Filter):
    """clamd with a signature of the EICAR test alone, and clamav-milter, which does `on_infected` (Reject, Quarantine)."""

    name = "clamav-milter"

    def __init__(self, folder: Path, on_infected: str = "Reject") -> None:
        super().__init__(folder)
        signatures = folder / "signatures"
        signatures.mkdir()
        (signatures / "test.ndb").write_text(f"Eicar-Test:0:*:{EICAR.hex()}\n")
        self._clamd = folder / "clamd.conf"
        self._clamd_socket = folder / "clamd.sock"
        self._clamd.write_text(
            f"Foreground yes\nDatabaseDirectory {signatures}\nLocalSocket {self._clamd_socket}\n"
            f"TemporaryDirectory {folder}\nLogTime yes\nMaxThreads 2\nFixStaleSocket yes\n"
        )
        self._milter = folder / "clamav-milter.conf"
        self._milter.write_text(
            f"Foreground yes\nMilterSocket {self.address}\nClamdSocket unix:{self._clamd_socket}\n"
            f"OnClean Accept\nOnInfected {on_infected}\nOnFail Defer\nAddHeader Replace\nFixStaleSocket yes\n"
            + ("RejectMsg infected: %v\n" if on_infected == "Reject" else "")
            + f"TemporaryDirectory {folder}\nLogInfected Basic\nMaxFileSize 60M\n"
        )

    def commands(self) -> list[tuple[str, list[str | Path]]]:
        return [
            (f"unix:{self._clamd_socket}", ["clamd", "--foreground", "--config-file", self._clamd]),
            (self.address, ["clamav-milter", "--config-file", self._milter]),
        ]


class LibMilter(Filter):
    """test/programs/odd_milter.py: each odd thing that a filter may do, asked for by the message itself."""

    name = "odd"

    def commands(self) -> list[tuple[str, list[str | Path]]]:
        # Debian's python3-milter is a module of Debian's own Python.
        return [(self.address, ["/usr/bin/python3", _PROGRAMS / "odd_milter.py", self.address])]


class OpenDkim(Filter):
    """Verifies by the records in the file `keys`: "NAME TEXT" lines."""

    name = "opendkim"

    def __init__(self, folder: Path, keys: Path) -> None:
        super().__init__(folder)
        self.address = f"inet:127.0.0.1:{free_port()}"
        self._config = folder / "opendkim.conf"
        port = self.address.rpartition(":")[2]
        self._config.write_text(f"Mode v\nSocket inet:{port}@127.0.0.1\nSyslog no\nInternalHosts 192.0.2.255\nAlwaysAddARHeader yes\nTestPublicKeys {keys}\n")

    def commands(self) -> list[tuple[str, list[str | Path]]]:
        return [(self.address, ["opendkim", "-f", "-x", self._config])]


# It asks the system's resolver: it is given one of its own in a mount namespace.
_WITH_RESOLVER = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"'


class OpenDmarc(Filter):
    """Judges by the results of `trusted` (an authserv-id) and its own SPF; `resolver` is a resolv.conf."""

    name = "opendmarc"

    def __init__(self, folder: Path, resolver: Path, trusted: str) -> None:
        super().__init__(folder)
        self.address = f"inet:127.0.0.1:{free_port()}"
        self._resolver, self._config = resolver, folder / "opendmarc.conf"
        port = self.address.rpartition(":")[2]
        (folder / "ignored").write_text("192.0.2.255\n")  # by default 127.0.0.1 is not looked at
        self._config.write_text(
            f"Socket inet:{port}@127.0.0.1\nSyslog false\nAuthservID {trusted}\nTrustedAuthservIDs {trusted}\n"
            f"IgnoreHosts {folder}/ignored\nRejectFailures true\nSPFSelfValidate true\nPublicSuffixList /usr/share/publicsuffix/public_suffix_list.dat\n")

    def commands(self) -> list[tuple[str, list[str | Path]]]:
        return [(self.address, ["unshare", "-m", "sh", "-c", _WITH_RESOLVER, "sh", self._resolver, "opendmarc", "-f", "-c", self._config])]
