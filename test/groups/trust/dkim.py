"""DKIM and ARC against dkimpy and OpenDKIM: what we sign they verify, what they sign we verify, and no change goes unseen."""

import base64
import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any, ClassVar

from test.harness.odd_mail import odd_mails, tampered
from test.harness.processes import run
from test.options import options

_SYSTEM_PYTHON = "/usr/bin/python3"  # has Debian's modules (python3-dkim)
_PEER = Path(__file__).parent.parent.parent / "harness" / "dkim_peer.py"
_OPENDKIM = "/usr/sbin/opendkim"
_COUNT = 200
_FORMS = [(header, body) for header in ("simple", "relaxed") for body in ("simple", "relaxed")]
_RESULTS = re.compile(r"\bdkim=(\w+)")


class DkimPeers(unittest.TestCase):
    folder: ClassVar[Path]
    zone: ClassVar[dict[str, str]]
    peer_keys: ClassVar[dict[str, str]]  # as dkimpy wants them
    mails: ClassVar[list[bytes]]

    @classmethod
    def setUpClass(cls) -> None:
        temporary = tempfile.TemporaryDirectory(prefix="freehold-dkim-")
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = Path(temporary.name)
        cls.zone, cls.peer_keys = {}, {}
        for kind in ("rsa", "ed25519"):
            made = json.loads(cls.tool("make", kind)[0])
            (cls.folder / f"{kind}.pem").write_text(made["pem"])
            (cls.folder / f"{kind}.pem").chmod(0o600)
            for domain in ("a.test", "list.test"):
                cls.zone[f"{kind}._domainkey.{domain}"] = made["record"]
            # dkimpy takes an RSA key in its old form, and of an Ed25519 key the 32 bytes that PKCS #8 ends with.
            if kind == "rsa":
                cls.peer_keys[kind] = run(["openssl", "pkey", "-in", cls.folder / "rsa.pem", "-traditional"]).stdout
            else:
                der = base64.b64decode("".join(made["pem"].splitlines()[1:-1]))
                cls.peer_keys[kind] = base64.b64encode(der[-32:]).decode()
        (cls.folder / "zone").write_text("".join(f"{name} {text}\n" for name, text in cls.zone.items()))
        cls.mails = odd_mails(options.seed, _COUNT)

    @classmethod
    def tool(cls, *words: str | Path) -> list[str]:
        return run([options.program.parent / "dkim_tool", *words], seconds=300).stdout.splitlines()

    @classmethod
    def peer(cls, jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        lines = "".join(json.dumps(job) + "\n" for job in jobs)
        return [json.loads(line) for line in run([_SYSTEM_PYTHON, _PEER], stdin=lines, seconds=300).stdout.splitlines()]

    def write(self, mails: list[bytes], name: str) -> list[Path]:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        paths = []
        for number, mail in enumerate(mails):
            path = folder / f"{number}.eml"
            path.write_bytes(mail)
            paths.append(path)
        return paths

    def sign(self, mails: list[bytes]) -> list[bytes]:
        """Each with our two signatures."""
        paths = self.write(mails, "plain")
        keys = ["rsa", self.folder / "rsa.pem", "ed25519", self.folder / "ed25519.pem"]
        answers = self.tool("sign", "a.test", *keys, "--", *paths)
        return [json.loads(answer)["fields"].encode() + mail for answer, mail in zip(answers, mails, strict=True)]

    def verify(self, mails: list[bytes]) -> list[list[str]]:
        """Our results of each message."""
        answers = self.tool("verify", self.folder / "zone", *self.write(mails, "signed"))
        return [[verdict["result"] for verdict in json.loads(answer)] for answer in answers]

    def peer_verify(self, mails: list[bytes], do: str = "verify") -> list[Any]:
        jobs = [{"do": do, "message": mail.decode("latin-1"), "zone": self.zone} for mail in mails]
        return [result.get("answer", result.get("error")) for result in self.peer(jobs)]

    def opendkim(self, config: str, mails: list[bytes]) -> list[str]:
        """What OpenDKIM would add to each message."""
        (self.folder / "opendkim.conf").write_text(f"Syslog no\nRequireSafeKeys no\n{config}")
        added = []
        for path in self.write(mails, "opendkim"):
            done = subprocess.run([_OPENDKIM, "-x", self.folder / "opendkim.conf", "-vv", "-t", path],
                                  capture_output=True, timeout=60, check=True)
            added.append(done.stdout.decode("latin-1"))
        return added

    def opendkim_verify(self, mails: list[bytes]) -> list[list[str]]:
        records = self.folder / "records"
        records.write_text("".join(f"{name} {text}\n" for name, text in self.zone.items()))
        return [_RESULTS.findall(text) for text in self.opendkim(f"Mode v\nTestDNSData file:{records}\n", mails)]

    @staticmethod
    def is_for_opendkim(mail: bytes, form: str) -> bool:
        """OpenDKIM knows no unfinished line; its test mode forgets what stands between a colon and the value, which the simple form signs."""
        if not mail.endswith(b"\r\n"):
            return False
        header = mail.partition(b"\r\n\r\n")[0]
        return form != "simple" or not re.search(rb"^[\w-]+:(?! \S)", header, re.MULTILINE)

    def opendkim_sign(self, mails: list[bytes], forms: str) -> list[bytes]:
        config = (f"Mode s\nDomain a.test\nSelector rsa\nKeyFile {self.folder}/rsa.pem\nCanonicalization {forms}\n"
                  "InternalHosts 0.0.0.0/0,::/0\nSignHeaders From,To,Subject,Date,Message-ID,X-Odd\n")
        is_signed = []
        for mail, added in zip(mails, self.opendkim(config, mails), strict=True):
            field = re.search(r"hname='DKIM-Signature' hvalue='(.*?)'\n", added, re.DOTALL)
            assert field, added
            is_signed.append(b"DKIM-Signature: " + field[1].replace("\n", "\r\n").encode("latin-1") + b"\r\n" + mail)
        return is_signed

    def peer_sign(self, mails: list[bytes], kind: str, forms: tuple[str, str], **more: Any) -> list[bytes]:
        jobs = [{"do": "sign", "message": mail.decode("latin-1"), "key": self.peer_keys[kind], "selector": kind, "domain": "a.test",
                 "algorithm": f"{kind}-sha256", "forms": forms, **more} for mail in mails]
        answers = self.peer(jobs)
        return [answer["answer"].encode("latin-1") + mail for answer, mail in zip(answers, mails, strict=True)]

    def seal(self, mails: list[bytes], domain: str, kind: str = "rsa") -> list[bytes]:
        answers = self.tool("arc-seal", domain, kind, self.folder / f"{kind}.pem", self.folder / "zone",
                            f"{domain}; spf=pass smtp.mailfrom=a.test; dkim=pass header.d=a.test", *self.write(mails, "sealed"))
        return [json.loads(answer)["fields"].encode() + mail for answer, mail in zip(answers, mails, strict=True)]

    def peer_seal(self, mails: list[bytes], domain: str) -> list[bytes]:
        jobs = []
        for mail in mails:
            # dkimpy takes its results from such fields, and repeats the arc= that it finds there.
            status = "pass" if b"ARC-Seal" in mail else "none"
            results = b"Authentication-Results: %b; spf=pass smtp.mailfrom=a.test; arc=%b\r\n" % (domain.encode(), status.encode())
            jobs.append({"do": "arc_sign", "message": (results + mail).decode("latin-1"), "key": self.peer_keys["rsa"], "selector": "rsa",
                         "domain": domain, "algorithm": "rsa-sha256", "authserv": domain, "zone": self.zone})
        answers = self.peer(jobs)
        return [answer["answer"].encode("latin-1") + mail for answer, mail in zip(answers, mails, strict=True)]

    def chains(self, mails: list[bytes]) -> list[str]:
        answers = self.tool("arc-verify", self.folder / "zone", *self.write(mails, "chains"))
        return [json.loads(answer)["status"] for answer in answers]

    def assert_all(self, expected: Any, results: list[Any], what: str) -> None:
        wrong = [f"{number}: {result}" for number, result in enumerate(results) if result != expected]
        self.assertEqual(wrong, [], f"{what}: instead of {expected}")

    def test_ours(self) -> None:
        """dkim: our signatures of 200 odd messages are good for dkimpy, OpenDKIM and us"""
        mails = self.sign(self.mails)
        self.assert_all(["pass", "pass"], self.verify(mails), "we")
        self.assert_all([True, True], self.peer_verify(mails), "dkimpy")
        mails = [mail for mail in mails if self.is_for_opendkim(mail, "relaxed")]
        self.assert_all(["pass", "pass"], self.opendkim_verify(mails), "OpenDKIM")

    def test_dkimpy(self) -> None:
        """dkim: dkimpy's signatures of 200 odd messages, in all forms and with both kinds of key, are good for us"""
        for kind in ("rsa", "ed25519"):
            for forms in _FORMS:
                part = self.mails[_FORMS.index(forms) :: 4] if kind == "rsa" else self.mails[::7]
                self.assert_all(["pass"], self.verify(self.peer_sign(part, kind, forms)), f"{kind} {forms}")

    def test_opendkim(self) -> None:
        """dkim: OpenDKIM's signatures of odd messages, in all forms, are good for us"""
        for number, forms in enumerate(_FORMS):
            mails = [mail for mail in self.mails[number % 2 :: 2] if self.is_for_opendkim(mail, forms[0])]
            self.assertGreater(len(mails), 10)
            self.assert_all(["pass"], self.verify(self.opendkim_sign(mails, "/".join(forms))), str(forms))

    def test_tampered(self) -> None:
        """dkim: every change of a signed message is seen, by us as by dkimpy"""
        ours = [changed for number, mail in enumerate(self.sign(self.mails[:60])) for _, changed in tampered(mail, number)]
        self.assert_all(["fail", "fail"], self.verify(ours), "ours")
        self.assert_all([False, False], self.peer_verify(ours), "ours, by dkimpy")
        for forms in _FORMS:
            theirs = self.peer_sign(self.mails[:30], "rsa", forms)
            changed = [change for number, mail in enumerate(theirs) for _, change in tampered(mail, number)]
            self.assert_all(["fail"], self.verify(changed), f"dkimpy's {forms}")

    def test_length(self) -> None:
        """dkim: a signature with l= is good for the whole body and a matter of policy when something follows"""
        some = [mail for mail in self.mails[:40] if mail.partition(b"\r\n\r\n")[2].strip() and mail.endswith(b"\r\n")]
        mails = self.peer_sign(some, "rsa", ("relaxed", "simple"), length=True)
        self.assert_all(["pass"], self.verify(mails), "whole")
        self.assert_all(["policy"], self.verify([mail + b"added\r\n" for mail in mails]), "longer")

    def test_arc_ours(self) -> None:
        """arc: our chains are good for dkimpy, theirs for us, and chains made in turns for both"""
        one = self.seal(self.mails[:40], "a.test")
        self.assert_all("pass", self.chains(one), "ours")
        self.assert_all("pass", self.peer_verify(one, "arc_verify"), "ours, by dkimpy")
        theirs = self.peer_seal(self.mails[:40], "list.test")
        self.assert_all("pass", self.chains(theirs), "dkimpy's")
        mixed = self.peer_seal(self.seal(theirs, "a.test"), "list.test")
        self.assert_all("pass", self.chains(mixed), "in turns")
        self.assert_all("pass", self.peer_verify(mixed, "arc_verify"), "in turns, by dkimpy")

    def test_arc_tampered(self) -> None:
        """arc: a message or a chain that was changed fails, by us as by dkimpy"""
        is_sealed = self.seal(self.seal(self.mails[:20], "a.test"), "list.test")
        changed = [change for number, mail in enumerate(is_sealed) for _, change in tampered(mail, number)]
        changed += [mail.replace(b"i=1; a.test; spf=pass", b"i=1; a.test; spf=none") for mail in is_sealed]
        self.assert_all("fail", self.chains(changed), "ours")
        self.assert_all("fail", self.peer_verify(changed, "arc_verify"), "dkimpy")
