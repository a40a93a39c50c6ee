"""A client's connection for scripted dialogues: sends bytes, reads lines, never waits for ever."""

import re
import socket
import ssl
import zlib
from pathlib import Path

_LITERAL = re.compile(rb"\{(\d+)\}\r\n$")
_MOST_BYTES = 64 << 20


class Connection:
    """Over TCP (a port) or a unix socket (a path)."""

    def __init__(self, at: int | Path, seconds: float = 15) -> None:
        if isinstance(at, Path):
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._socket.settimeout(seconds)
            self._socket.connect(str(at))
        else:
            self._socket = socket.create_connection(("127.0.0.1", at), seconds)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self._packer: "zlib._Compress | None" = None  # of start_deflate()
        self._unpacker: "zlib._Decompress | None" = None

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def settimeout(self, seconds: float) -> None:
        self._socket.settimeout(seconds)

    def start_tls(self) -> None:
        # What stood behind STARTTLS in plain text must not be taken for the server's words under TLS.
        assert not self._buffer, f"in plain text before TLS: {self._buffer!r}"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self._socket = context.wrap_socket(self._socket)

    def start_deflate(self) -> None:
        """From here on both directions are raw deflate (RFC 4978)."""
        self._packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        self._buffer = self._unpacker.decompress(self._buffer)

    def send(self, data: bytes) -> None:
        if self._packer is not None:
            data = self._packer.compress(data) + self._packer.flush(zlib.Z_SYNC_FLUSH)
        self._socket.sendall(data)

    def end_sending(self) -> None:
        """Half-closes: the server reads the end of the stream and can still answer."""
        self._socket.shutdown(socket.SHUT_WR)

    def _fill(self) -> bool:
        try:
            data = self._socket.recv(65536)
        except (ConnectionResetError, ssl.SSLEOFError):
            return False
        self._buffer += data if self._unpacker is None else self._unpacker.decompress(data)
        assert len(self._buffer) <= _MOST_BYTES, "the server does not stop talking"
        return bool(data)

    def line(self) -> bytes:
        """The next line with its end; b"" at the end of the stream."""
        while (end := self._buffer.find(b"\n")) < 0:
            if not self._fill():
                rest, self._buffer = self._buffer, b""
                return rest
        line, self._buffer = self._buffer[: end + 1], self._buffer[end + 1 :]
        return line

    def exactly(self, count: int) -> bytes:
        while len(self._buffer) < count and self._fill():
            pass
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data

    def response(self) -> bytes:
        """A line with the IMAP literals in it."""
        whole = self.line()
        while literal := _LITERAL.search(whole):
            whole += self.exactly(int(literal[1])) + self.line()
        return whole

    def reply(self) -> bytes:
        """A whole SMTP reply, of several lines perhaps."""
        whole = line = self.line()
        while line[3:4] == b"-":
            line = self.line()
            whole += line
        return whole

    def everything(self) -> bytes:
        """What comes until the server closes."""
        while self._fill():
            pass
        data, self._buffer = self._buffer, b""
        return data
