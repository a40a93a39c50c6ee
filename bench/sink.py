"""smtp-sink, which takes all mail and throws it away, and says how much it took."""

import re
import socket
from pathlib import Path

from test.harness.processes import Process, wait_until

_PAUSE = 0.005


class Sink:
    """Not listening until `start`."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self._log = folder / "sink.log"
        self._process: Process | None = None

    def start(self) -> None:
        # -c writes "mesg=COUNT" after each message.
        self._process = Process(["smtp-sink", "-u", "root", "-c", f"127.0.0.1:{self.port}", "1000"], self._log)
        wait_until("the sink answers", self._answers, 10, _PAUSE)

    def wait_for(self, count: int, seconds: float) -> None:
        wait_until(f"{count} messages at the sink, not {self.taken()}", lambda: self.taken() >= count, seconds, _PAUSE)

    def taken(self) -> int:
        with self._log.open("rb") as log:
            log.seek(max(0, self._log.stat().st_size - 200))
            counts = re.findall(rb"mesg=(\d+)", log.read())
        return int(counts[-1]) if counts else 0

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 2) as connection:
                return connection.recv(3) == b"220"
        except OSError:
            return False

    def stop(self) -> None:
        if self._process:
            self._process.stop(5)
