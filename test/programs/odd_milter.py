"""A filter over Sendmail's libmilter (python3-milter) that does what names and fields ask it to do.

HELO refuse.test, senders refuse@, discard@ and accept@, recipients refuse@ and later@: what their names say. Fields of a
message: "Odd-Subject: X" changes the subject to X, "Odd-Remove: <a@b>" takes a recipient away, "Odd-Slow: N" works for N
seconds and says so, "Odd-Refuse: yes" refuses at the end, "Odd-Quarantine: why" holds it back. Every message gets the
fields X-Odd-Bytes (of its body) and X-Odd-Macros.
"""

import sys
import time

import Milter

_MACROS = ("j", "{daemon_name}", "{client_addr}", "i", "{auth_type}", "{auth_authen}", "{mail_addr}", "{tls_version}")


class Odd(Milter.Base):
    def __init__(self):
        self.fields = {}
        self.bytes = 0

    def connect(self, *_):
        self.macros = {}
        self.note_macros()
        self.of_client = self.macros
        return Milter.CONTINUE

    def hello(self, name):
        if name == "refuse.test":
            self.setreply("554", "5.7.1", "no HELO of yours")
            return Milter.REJECT
        return Milter.CONTINUE

    def envfrom(self, sender, *_):
        self.fields, self.bytes, self.macros = {}, 0, dict(self.of_client)
        self.note_macros()
        local = sender.strip("<>").partition("@")[0]
        if local == "refuse":
            self.setreply("550", "5.7.1", "no sender of yours")
            return Milter.REJECT
        return {"discard": Milter.DISCARD, "accept": Milter.ACCEPT}.get(local, Milter.CONTINUE)

    def envrcpt(self, recipient, *_):
        self.note_macros()
        local = recipient.strip("<>").partition("@")[0]
        return {"refuse": Milter.REJECT, "later": Milter.TEMPFAIL}.get(local, Milter.CONTINUE)

    def header(self, name, value):
        self.fields[name] = value
        return Milter.CONTINUE

    def body(self, chunk):
        self.bytes += len(chunk)
        return Milter.CONTINUE

    def eom(self):
        self.note_macros()
        for _ in range(int(self.fields.get("Odd-Slow", "0"))):
            time.sleep(1)
            self.progress()
        if "Odd-Refuse" in self.fields:
            self.setreply("554", "5.7.9", "refused", "at the end")
            return Milter.REJECT
        if "Odd-Subject" in self.fields:
            self.chgheader("Subject", 1, self.fields["Odd-Subject"])
            self.chgheader("Odd-Subject", 1, "")
        if "Odd-Remove" in self.fields:
            self.delrcpt(self.fields["Odd-Remove"])
        if "Odd-Quarantine" in self.fields:
            self.quarantine(self.fields["Odd-Quarantine"])
        self.addheader("X-Odd-Bytes", str(self.bytes))
        self.addheader("X-Odd-Macros", " ".join(f"{k}={v}" for k, v in sorted(self.macros.items())), 0)
        return Milter.CONTINUE

    def note_macros(self):
        for name in _MACROS:
            value = self.getsymval(name)
            if value:
                self.macros[name.strip("{}")] = value


Milter.factory = Odd
Milter.set_flags(Milter.ADDHDRS | Milter.CHGHDRS | Milter.DELRCPT | Milter.QUARANTINE)
Milter.runmilter("odd", sys.argv[1], 300)
