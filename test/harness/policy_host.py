"""A web server for other domains' MTA-STS policies: Python's own over TLS."""

import http.server
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Certificate = tuple[Path, Path]


@dataclass(frozen=True)
class Page:
    body: str
    status: int = 200
    kind: str = "text/plain"
    location: str = ""


class PolicyHost:
    """Listens at `address`, port 443. `pages` (host → the answer to every GET) may change while it runs. A host of
    `certificates` shows that one, any other the `certificate`."""

    def __init__(self, address: str, certificate: Certificate, certificates: Mapping[str, Certificate], pages: dict[str, Page]) -> None:
        self.pages = pages
        self.asked: list[str] = []
        contexts = {host: _context(chosen) for host, chosen in certificates.items()}

        def choose(connection: ssl.SSLSocket, host: str | None, _: ssl.SSLContext) -> None:
            if host in contexts:
                connection.context = contexts[host]

        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 10

            def do_GET(self) -> None:  # noqa: N802
                host = self.headers.get("Host", "")
                outer.asked.append(f"{host}{self.path}")
                page = outer.pages.get(host, Page("nothing", 404))
                self.send_response(page.status)
                self.send_header("Content-Type", page.kind)
                if page.location:
                    self.send_header("Location", page.location)
                self.send_header("Content-Length", str(len(page.body.encode())))
                self.end_headers()
                self.wfile.write(page.body.encode())

            def log_message(self, *_: Any) -> None:  # noqa: ANN401
                pass

        self._server = http.server.ThreadingHTTPServer((address, 443), Handler)
        default = _context(certificate)
        default.sni_callback = choose  # type: ignore[assignment]
        self._server.socket = default.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that does not trust it
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _context(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context
