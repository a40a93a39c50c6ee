"""Clients from documentation addresses, for whom a trusted proxy speaks."""

import re
import socket
import struct

from test.harness.box import client_tls

# What the box trusts: `"proxy": {"trusted": [PROXY + "/32"]}`.
PROXY = "127.0.0.2"


class Stranger:
    """A connection of which the server believes that it comes from `address`."""

    def __init__(self, address: str, port: int, *, tls: bool = False, early: bytes = b"") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 30, (PROXY, 0))
        addresses = socket.inet_aton(address) + socket.inet_aton("127.0.0.1")
        header = b"\r\n\r\n\0\r\nQUIT\n\x21\x11" + struct.pack(">H", 12) + addresses + struct.pack(">HH", 4711, port)
        self.socket.sendall(header + early)
        if tls:
            try:
                self.socket = client_tls().wrap_socket(self.socket)
            except OSError:
                pass  # hung up on: the goodbye is no TLS
        self._file = self.socket.makefile("rb")

    def __enter__(self) -> "Stranger":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self.socket.close()

    def line(self) -> str:
        """The next line; empty when the server has hung up."""
        try:
            return self._file.readline().decode().rstrip("\r\n")
        except OSError:
            return ""

    def say(self, command: str) -> str:
        """The last line of the reply."""
        self.socket.sendall(f"{command}\r\n".encode())
        while re.match(r"\d{3}-", line := self.line()):
            pass
        return line

    def deliver(self, sender: str, recipient: str, message: bytes, helo: str = "mx.honest.test") -> str:
        """One message; the reply that ended it."""
        self.line()
        for command in (f"EHLO {helo}", f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA"):
            reply = self.say(command)
            if reply[0] not in "23":
                return reply
        self.socket.sendall(message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + b"\r\n.\r\n")
        return self.line()
