"""./dev package: a Debian package from a built program."""

import gzip
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CONTROL = """Package: freehold
Version: {version}
Architecture: {architecture}
Maintainer: The Freehold founders <founders@freehold.example>
Section: mail
Priority: optional
Depends: {depends}, adduser
Conflicts: mail-transport-agent
Provides: mail-transport-agent, imap-server, pop3-server
Description: private mail system that its owner really owns
 Receives and keeps the mail of your domains, serves it over IMAP and
 POP3, and sends directly or through a relay.
"""

AFTER_INSTALL = """#!/bin/sh
set -e
adduser --system --group --quiet --home /var/lib/freehold freehold
install -d -o freehold -g freehold -m 0700 /var/lib/freehold
install -d -o freehold -g freehold -m 0750 /etc/freehold
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
"""


def packages_of_libraries(program: Path) -> list[str]:
    """The Debian packages that hold the shared libraries of the program."""
    found = set()
    for line in subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout.splitlines():
        library = re.search(r"=> (/\S+)", line)
        if not library:
            continue
        for path in (library[1], str(Path(library[1]).resolve()), library[1].removeprefix("/usr"),
                     str(Path(library[1]).resolve()).removeprefix("/usr")):
            owner = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True, check=False)
            if owner.returncode == 0:
                found.add(owner.stdout.split(":")[0])
                break
    return sorted(found)


def main() -> int:
    program, target = Path(sys.argv[1]), Path(sys.argv[2])
    version = subprocess.run([program, "version"], capture_output=True, text=True, check=True).stdout.split()[1]
    architecture = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        (root / "usr/bin").mkdir(parents=True)
        subprocess.run(["llvm-strip-19", "-o", root / "usr/bin/freehold", program], check=True)
        (root / "usr/bin/freehold").chmod(0o755)
        (root / "lib/systemd/system").mkdir(parents=True)
        shutil.copy("packaging/freehold.service", root / "lib/systemd/system")
        for page in sorted(Path("docs").glob("*.[15]")):
            manual = root / f"usr/share/man/man{page.suffix[1:]}"
            manual.mkdir(parents=True, exist_ok=True)
            (manual / f"{page.name}.gz").write_bytes(gzip.compress(page.read_bytes(), mtime=0))
        licence = root / "usr/share/doc/freehold"
        licence.mkdir(parents=True)
        shutil.copy("LICENSE", licence / "copyright")
        (root / "DEBIAN").mkdir()
        (root / "DEBIAN/control").write_text(CONTROL.format(
            version=version, architecture=architecture, depends=", ".join(packages_of_libraries(program))))
        script = root / "DEBIAN/postinst"
        script.write_text(AFTER_INSTALL)
        script.chmod(0o755)
        root.chmod(0o755)
        deb = target / f"freehold_{version}_{architecture}.deb"
        subprocess.run(["dpkg-deb", "--root-owner-group", "--build", root, deb], check=True, stdout=subprocess.DEVNULL)
    print(deb)
    return 0


if __name__ == "__main__":
    sys.exit(main())
