"""A small certificate authority for tests, made with openssl."""

from pathlib import Path

from test.harness.processes import run

_DAYS = "30"


class Authority:
    """A root certificate and the host certificates that it signs; all files are in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.certificate = folder / "ca.pem"
        self._key = folder / "ca.key"
        self._new_key(self._key)
        run(["openssl", "req", "-x509", "-new", "-key", self._key, "-out", self.certificate, "-days", _DAYS]
            + ["-subj", "/CN=Freehold Test CA", "-addext", "basicConstraints=critical,CA:TRUE"]
            + ["-addext", "keyUsage=critical,keyCertSign,cRLSign"])

    def host(self, *names: str) -> tuple[Path, Path]:
        """(certificate chain, key) for the host names, the first of which is the subject."""
        key = self.folder / f"{names[0]}.key"
        chain = self.folder / f"{names[0]}.pem"
        request = self.folder / f"{names[0]}.csr"
        extensions = self.folder / f"{names[0]}.ext"
        self._new_key(key)
        extensions.write_text(
            "basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth,clientAuth\nsubjectAltName="
            + ",".join(f"DNS:{name}" for name in names) + "\n")
        run(["openssl", "req", "-new", "-key", key, "-out", request, "-subj", f"/CN={names[0]}"])
        run(["openssl", "x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key]
            + ["-CAcreateserial", "-days", _DAYS, "-extfile", extensions, "-out", chain])
        return chain, key

    @staticmethod
    def _new_key(path: Path) -> None:
        run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path])
        path.chmod(0o600)
