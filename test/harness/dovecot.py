"""A private Dovecot: IMAP, LMTP and a SASL server for Postfix, with one password for everybody."""

import socket
from pathlib import Path

from test.harness.ports import free_port
from test.harness.processes import Process, run, tail, wait_until

_CONFIGURATION = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = plain login scram-sha-256
mail_location = {format}:{folder}/mail/%u
mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
first_valid_gid = 0
last_valid_uid = 0
mail_fsync = {fsync}
mail_max_userip_connections = 1000
# A process that has a large mailbox open, and files of its messages mapped, stays within this.
default_vsz_limit = 4G
# A private instance has no users of the system, and no place for its sockets outside its folder.
passdb {{
  driver = passwd-file
  args = {folder}/passwd
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
}}
service imap {{
  process_limit = 2048
}}
service imap-login {{
  chroot =
  process_limit = 512
  client_limit = 1000
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {imaps}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  client_limit = 8192
  # No growing delays after wrong passwords: tests send them on purpose.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service lmtp {{
  process_limit = 64
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service auth {{
  client_limit = 8192
  unix_listener {folder}/sasl {{
    mode = 0666
  }}
}}
"""


# Its own recommendation for many logins: processes serve many clients, one after the other.
_HIGH_PERFORMANCE = """\
service imap-login {
  service_count = 0
  process_min_avail = 2
}
service imap {
  service_count = 256
  process_limit = 2048
  process_min_avail = 10
}
"""


class Dovecot:
    """One instance on free ports. `users`: name → password."""

    def __init__(self, folder: Path, users: dict[str, str], *, certificate: tuple[Path, Path],
                 mail_format: str = "maildir", fsync: str = "optimized", high_performance: bool = False) -> None:
        self.folder = folder
        self.imap, self.imaps, self.lmtp = free_port(), free_port(), free_port()
        self.sasl = folder / "sasl"  # for Postfix: smtpd_sasl_path
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "mail").mkdir(exist_ok=True)
        (folder / "mail").chmod(0o777)
        (folder / "passwd").write_text("".join(f"{u}:{{PLAIN}}{p}\n" for u, p in users.items()))
        self._config = folder / "dovecot.conf"
        self._config.write_text(_CONFIGURATION.format(
            folder=folder, certificate=certificate[0], key=certificate[1], format=mail_format, fsync=fsync,
            imap=self.imap, imaps=self.imaps, lmtp=self.lmtp) + (_HIGH_PERFORMANCE if high_performance else ""))
        self.process: Process | None = None

    def start(self) -> "Dovecot":
        run(["doveconf", "-c", self._config, "-n"])
        self.process = Process(["dovecot", "-F", "-c", self._config], self.folder / "master.log")
        try:
            wait_until("Dovecot answers", self._answers)
        except AssertionError:
            self.stop()
            raise AssertionError(self.log_tail()) from None
        return self

    def stop(self) -> None:
        if self.process:
            self.process.stop(10)

    def log_tail(self) -> str:
        return f"--- dovecot ---\n{tail(self.folder / 'dovecot.log')}\n{tail(self.folder / 'master.log')}"

    def _answers(self) -> bool:
        assert self.process
        if not self.process.running():
            raise AssertionError("Dovecot ended")
        try:
            with socket.create_connection(("127.0.0.1", self.imap), 2) as connection:
                return connection.recv(4) == b"* OK"
        except OSError:
            return False
