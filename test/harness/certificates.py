"""A small certificate authority for tests, made with openssl."""

import base64
import hashlib
from pathlib import Path

from test.harness.processes import run

_DAYS = "30"


class Authority:
    """A root certificate and the host certificates that it signs; all files are in `folder`."""

    def __init__(self, folder: Path, name: str = "Freehold Test CA") -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.certificate = folder / "ca.pem"
        self.key = folder / "ca.key"
        self._new_key(self.key)
        run(["openssl", "req", "-x509", "-new", "-key", self.key, "-out", self.certificate, "-days", _DAYS]
            + ["-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE"]
            + ["-addext", "keyUsage=critical,keyCertSign,cRLSign"])

    def host(self, *names: str, file: str = "", days: int = int(_DAYS), with_root: bool = False) -> tuple[Path, Path]:
        """(certificate chain, key) for the host names, the first of which is the subject. `file` names the files,
        which are the first name's otherwise; with negative `days` it has expired; `with_root` ends the chain with the
        authority's own certificate."""
        file = file or names[0]
        key = self.folder / f"{file}.key"
        chain = self.folder / f"{file}.pem"
        request = self.folder / f"{file}.csr"
        extensions = self.folder / f"{file}.ext"
        self._new_key(key)
        extensions.write_text(
            "basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth,clientAuth\nsubjectAltName="
            + ",".join(f"DNS:{name}" for name in names) + "\n")
        run(["openssl", "req", "-new", "-key", key, "-out", request, "-subj", f"/CN={names[0]}"])
        run(["openssl", "x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key]
            + ["-CAcreateserial", "-days", str(days), "-extfile", extensions, "-out", chain])
        if with_root:
            chain.write_text(chain.read_text() + self.certificate.read_text())
        return chain, key

    @staticmethod
    def _new_key(path: Path) -> None:
        run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path])
        path.chmod(0o600)


def tlsa(usage: int, selector: int, matching: int, certificate: Path) -> str:
    """A TLSA record's text (RFC 6698, 2.2) for the first certificate of a file. What it does not know it treats as
    SHA-256 of the whole certificate."""
    if selector == 1:
        pem = run(["openssl", "x509", "-in", certificate, "-noout", "-pubkey"]).stdout
    else:
        pem = run(["openssl", "x509", "-in", certificate]).stdout
    der = base64.b64decode("".join(line for line in pem.splitlines() if not line.startswith("-----")))
    data = der if matching == 0 else (hashlib.sha512 if matching == 2 else hashlib.sha256)(der).digest()  # noqa: PLR2004
    return f"{usage} {selector} {matching} {data.hex()}"
