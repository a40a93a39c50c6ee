"""What a destination says of TLS, what its hosts show, and what has to become of a message to it.

A case NAME is the domain NAME.ZONE. Its DNS is `dns`, in zone file syntax, in which {n} is NAME, {good} and the like are
the address of a server that shows this certificate, and `TLSA 3 1 1 good` is the record for this certificate. What is
written as `3 1 1 good` only are TLSA records of the one host of a simple domain, which shows `server`.
"""

from dataclasses import dataclass

# Zones: see test/groups/trust/transport_world.py.
SIGNED, PLAIN, STALE, OTHER_KEY, LAME = "signed.test", "plain.test", "stale.test", "otherkey.test", "lame.test"

# Outcomes.
DELIVERED, DEFERRED, FAILED = "delivered", "deferred", "failed"

# Reasons, as regular expressions: of what is delivered the TLS that it went over, else what `queue show` or the bounce says.
BY_DANE = r"^TLSv1\.3 \S+, verified by DANE$"
BY_AUTHORITY = r"^TLSv1\.3 \S+, verified$"
UNVERIFIED = r"^TLSv1\.3 \S+, not verified: "
WITHOUT_TLS = r"^none: the host does not offer STARTTLS$"
NO_MATCH = r"TLS handshake failed: no matching DANE TLSA records"
NO_STARTTLS = r"4\.7\.10 TLS is required and not offered"
SELF_SIGNED = r"TLS handshake failed: self-signed certificate"
FORGED = r"DNSSEC validation failed"

REQUIRETLS, TLS_REQUIRED_NO = "REQUIRETLS", "TLS-Required: No"


@dataclass(frozen=True)
class Policy:
    """The MTA-STS policy of a domain: its file, and where it is."""

    mode: str = "enforce"
    mx: tuple[str, ...] = ("mx.{n}",)
    max_age: int = 86400
    text: str = ""  # instead of what the above make
    status: int = 200
    kind: str = "text/plain"
    host: str = "good"  # the policy host's certificate
    records: tuple[str, ...] = ("v=STSv1; id=1;",)


@dataclass(frozen=True)
class Case:
    name: str
    why: str
    outcome: str
    reason: str
    server: str = "good"
    zone: str = SIGNED
    dns: str = ""
    policy: Policy | None = None
    wish: str = ""  # of the message

    def records(self) -> str:
        """Its lines of the zone file, without those of the policy."""
        if "MX" in self.dns:
            return self.dns
        lines = ["{n} MX 10 mx.{n}", f"mx.{{n}} A {{{self.server}}}"]
        lines += [f"_25._tcp.mx.{{n}} TLSA {record}" for record in self.dns.split(", ") if record]
        return "\n".join(lines)


_DANE = [
    Case("ee-key", "RFC 7672, 3.1.1: the key", DELIVERED, BY_DANE, dns="3 1 1 good"),
    Case("ee-certificate", "3.1.1: the certificate", DELIVERED, BY_DANE, dns="3 0 1 good"),
    Case("ee-sha512", "3.1.1: SHA-512", DELIVERED, BY_DANE, dns="3 1 2 good"),
    Case("ee-whole-key", "3.1.1: the key itself", DELIVERED, BY_DANE, dns="3 1 0 good"),
    Case("ee-whole-certificate", "3.1.1: the certificate itself", DELIVERED, BY_DANE, dns="3 0 0 good"),
    Case("ee-self-signed", "3.1.1: no authority is needed", DELIVERED, BY_DANE, "self", dns="3 1 1 self"),
    Case("ee-expired", "3.1.1: dates do not count", DELIVERED, BY_DANE, "expired", dns="3 1 1 expired"),
    Case("ee-other-name", "3.1.1: names do not count", DELIVERED, BY_DANE, "else", dns="3 1 1 else"),
    Case("ee-wrong", "another certificate", DEFERRED, NO_MATCH, dns="3 1 1 self"),
    Case("ee-wrong-self-signed", "another certificate, self-signed", DEFERRED, NO_MATCH, "self", dns="3 0 1 good"),
    Case("ee-changed", "a new key, and the old one's record", DEFERRED, NO_MATCH, "renewed", dns="3 1 1 good"),
    Case("ee-rollover", "3.1.1: both keys' records", DELIVERED, BY_DANE, "renewed", dns="3 1 1 good, 3 1 1 renewed"),
    Case("ee-several", "one of several matches", DELIVERED, BY_DANE, dns="3 1 1 self, 3 0 2 else, 3 1 1 good"),
    Case("ta-key", "3.1.2: the authority's key", DELIVERED, BY_DANE, "private", dns="2 1 1 private-ca"),
    Case("ta-certificate", "3.1.2: the authority's certificate", DELIVERED, BY_DANE, "private", dns="2 0 1 private-ca"),
    Case("ta-other-name", "3.2.3: the name counts", DEFERRED, "TLS handshake failed: hostname mismatch", "private-else", dns="2 0 1 private-ca"),
    Case("ta-expired", "3.1.2: dates count", DEFERRED, "TLS handshake failed: certificate has expired", "private-expired", dns="2 1 1 private-ca"),
    Case("ta-wrong", "another authority", DEFERRED, NO_MATCH, "private", dns="2 1 1 self"),
    Case("usage-0", "3.1.3: not for mail: encrypted, whatever the certificate", DELIVERED, UNVERIFIED, "self", dns="0 0 1 good"),
    Case("usage-1", "3.1.3: not for mail: encrypted, whatever the certificate", DELIVERED, UNVERIFIED, "self", dns="1 1 1 good"),
    Case("selector-9", "2.2: unusable: encrypted", DELIVERED, UNVERIFIED, "self", dns="3 9 1 good"),
    Case("matching-9", "2.2: unusable: encrypted", DELIVERED, UNVERIFIED, "self", dns="3 1 9 good"),
    Case("unusable-no-tls", "2.2: unusable, but TLS is demanded", DEFERRED, NO_STARTTLS, "plain", dns="1 1 1 good"),
    Case("unusable-beside-wrong", "2.2: one usable record is enough to demand it", DEFERRED, NO_MATCH, dns="1 1 1 good, 3 1 1 self"),
    Case("no-starttls", "2.2: records, and no STARTTLS", DEFERRED, NO_STARTTLS, "plain", dns="3 1 1 good"),
    Case("no-records", "2.2: proven that there are none", DELIVERED, UNVERIFIED, "self"),
    Case("no-records-no-tls", "2.2: proven that there are none", DELIVERED, WITHOUT_TLS, "plain"),
    Case("cname", "2.2.2: the records of the real name", DELIVERED, BY_DANE,
         dns="{n} MX 10 mx.{n}\nmx.{n} CNAME real.{n}\nreal.{n} A {self}\n_25._tcp.real.{n} TLSA 3 1 1 self\n_25._tcp.mx.{n} TLSA 3 1 1 good"),
    Case("cname-first-name", "2.2.3: the alias' own, when the real name has none", DELIVERED, BY_DANE,
         dns="{n} MX 10 mx.{n}\nmx.{n} CNAME real.{n}\nreal.{n} A {self}\n_25._tcp.mx.{n} TLSA 3 1 1 self"),
    Case("cname-out", "2.2.2: a signed alias of an insecure name", DEFERRED, NO_MATCH,
         dns="{n} MX 10 mx.{n}\nmx.{n} CNAME self.plain.test.\n_25._tcp.mx.{n} TLSA 3 1 1 good"),
    Case("tlsa-alias", "2.1.3: the TLSA name is an alias", DELIVERED, BY_DANE,
         dns="{n} MX 10 mx.{n}\nmx.{n} A {self}\n_25._tcp.mx.{n} CNAME _dane.{n}\n_dane.{n} TLSA 3 1 1 self"),
    Case("second-host", "the first host fails, the second is right", DELIVERED, BY_DANE,
         dns="{n} MX 10 a.{n}\n{n} MX 20 b.{n}\na.{n} A {self}\nb.{n} A {good}\n_25._tcp.a.{n} TLSA 3 1 1 good\n_25._tcp.b.{n} TLSA 3 1 1 good"),
    Case("no-mx", "2.2.1: the domain is its own host", DEFERRED, NO_MATCH, dns="{n} A {good} ; no MX\n_25._tcp.{n} TLSA 3 1 1 self"),
    Case("tlsa-forged", "2.1.1: bogus records", DEFERRED, FORGED, dns="3 1 1 good"),
    Case("address-forged", "2.1.1: bogus addresses", DEFERRED, FORGED),
    Case("mx-forged", "2.1.1: a bogus MX", DEFERRED, "fail DNSSEC"),
    Case("tlsa-lame", "2.1.2: the records' servers fail", DEFERRED, "the lookup failed"),
    Case("stale", "signatures that have ended", DEFERRED, "fail DNSSEC", zone=STALE),
    Case("other-key", "a key that the parent does not know", DEFERRED, "fail DNSSEC", zone=OTHER_KEY),
    Case("lame", "no server answers for the zone", DEFERRED, "cannot be looked up", zone=LAME),
    Case("insecure", "2.1.1: records that are not signed count for nothing", DELIVERED, UNVERIFIED, "self", PLAIN, "3 1 1 good"),
    Case("mx-insecure", "2.2.1: an MX that is not signed", DELIVERED, UNVERIFIED, zone=PLAIN, dns="{n} MX 10 mx.ee-wrong-self-signed.signed.test."),
]

_STS = [
    Case("right", "RFC 8461, 4.1: an authority's certificate", DELIVERED, BY_AUTHORITY, zone=PLAIN, policy=Policy()),
    Case("self-signed", "4.2: no authority's", DEFERRED, SELF_SIGNED, "self", PLAIN, policy=Policy()),
    Case("private", "4.2: an authority that nobody knows", DEFERRED, "TLS handshake failed: self-signed certificate in certificate chain",
         "private", PLAIN, policy=Policy()),
    Case("expired", "4.2: an old one", DEFERRED, "TLS handshake failed: certificate has expired", "expired", PLAIN, policy=Policy()),
    Case("wrong-name", "4.2: another host's", DEFERRED, "TLS handshake failed: hostname mismatch", "else", PLAIN, policy=Policy()),
    Case("no-tls", "4.2: STARTTLS is missing", DEFERRED, NO_STARTTLS, "plain", PLAIN, policy=Policy()),
    Case("not-listed", "4.1: a host that the policy does not name", DEFERRED, "the domain's MTA-STS policy does not list it", zone=PLAIN,
         policy=Policy(mx=("other.{n}",))),
    Case("wildcard", "4.1: *.domain", DELIVERED, BY_AUTHORITY, zone=PLAIN, policy=Policy(mx=("*.{n}",))),
    Case("wildcard-deep", "4.1: * is one label", DEFERRED, "does not list it", zone=PLAIN, policy=Policy(mx=("*.{n}",)),
         dns="{n} MX 10 a.mx.{n}\na.mx.{n} A {good}"),
    Case("wildcard-itself", "4.1: * is not none", DEFERRED, "does not list it", zone=PLAIN, policy=Policy(mx=("*.mx.{n}",))),
    Case("second-listed", "5: the host that is listed", DELIVERED, BY_AUTHORITY, zone=PLAIN, policy=Policy(),
         dns="{n} MX 10 evil.{n}\n{n} MX 20 mx.{n}\nevil.{n} A {good}\nmx.{n} A {good}"),
    Case("testing", "5: a failure is reported only", DELIVERED, UNVERIFIED, "self", PLAIN, policy=Policy("testing")),
    Case("testing-no-tls", "5: a failure is reported only", DELIVERED, WITHOUT_TLS, "plain", PLAIN, policy=Policy("testing")),
    Case("testing-not-listed", "5: a failure is reported only", DELIVERED, UNVERIFIED, "self", PLAIN, policy=Policy("testing", ("other.{n}",))),
    Case("none", "5: no policy any more", DELIVERED, UNVERIFIED, "self", PLAIN, policy=Policy("none")),
    Case("bad-mode", "3.2: a malformed policy is none", DELIVERED, UNVERIFIED, "self", PLAIN, policy=Policy("enforced")),
    Case("no-age", "3.2: a malformed policy is none", DELIVERED, UNVERIFIED, "self", PLAIN,
         policy=Policy(text="version: STSv1\r\nmode: enforce\r\nmx: mx.{n}\r\n")),
    Case("html", "3.2: text/plain only", DELIVERED, UNVERIFIED, "self", PLAIN, policy=Policy(kind="text/html")),
    Case("absent", "3.3: 404", DELIVERED, UNVERIFIED, "self", PLAIN, policy=Policy(status=404)),
    Case("moved", "3.3: no redirection is followed", DELIVERED, UNVERIFIED, "self", PLAIN, policy=Policy(status=301)),
    Case("host-self-signed", "3.3: the policy host's certificate", DELIVERED, UNVERIFIED, "self", PLAIN, policy=Policy(host="self")),
    Case("host-wrong-name", "3.3: the policy host's certificate", DELIVERED, UNVERIFIED, "self", PLAIN, policy=Policy(host="else")),
    Case("host-expired", "3.3: the policy host's certificate", DELIVERED, UNVERIFIED, "self", PLAIN, policy=Policy(host="expired")),
    Case("no-record", "3.1: without the record no policy is sought", DELIVERED, UNVERIFIED, "self", PLAIN, policy=Policy(records=())),
    Case("two-records", "3.1: two records are none", DELIVERED, UNVERIFIED, "self", PLAIN,
         policy=Policy(records=("v=STSv1; id=1;", "v=STSv1; id=2;"))),
    Case("bad-record", "3.1: a malformed record is none", DELIVERED, UNVERIFIED, "self", PLAIN, policy=Policy(records=("v=STSv1; id=a-b;",))),
]

_BOTH = [
    Case("dane-first", "RFC 8461, 2: DANE is right, no authority's certificate", DELIVERED, BY_DANE, "self", policy=Policy(), dns="3 1 1 self"),
    Case("dane-fails", "RFC 8461, 2: MTA-STS must not make up for DANE", DEFERRED, NO_MATCH, policy=Policy(), dns="3 1 1 self"),
    Case("dane-not-listed", "both bind: DANE is right, the policy does not list the host", DEFERRED, "does not list it",
         policy=Policy(mx=("other.{n}",)), dns="3 1 1 good"),
    Case("dane-unusable", "no usable record: MTA-STS binds", DEFERRED, SELF_SIGNED, "self", policy=Policy(), dns="1 1 1 self"),
    Case("dane-none", "no record: MTA-STS binds", DEFERRED, SELF_SIGNED, "self", policy=Policy()),
]

_WISHES = [
    Case("requiretls-nobody", "RFC 8689, 4.2.1: nobody vouches for the host", FAILED, r"5\.7\.30|neither DNSSEC nor an MTA-STS policy vouches",
         zone=PLAIN, wish=REQUIRETLS),
    Case("requiretls-dane", "4.2.1: the host does not offer REQUIRETLS", FAILED, "does not offer it", dns="3 1 1 good", wish=REQUIRETLS),
    Case("requiretls-sts", "4.2.1: the host does not offer REQUIRETLS", FAILED, "does not offer it", zone=PLAIN, policy=Policy(), wish=REQUIRETLS),
    Case("requiretls-wrong", "4.2.1: the certificate is wrong", DEFERRED, NO_MATCH, dns="3 1 1 self", wish=REQUIRETLS),
    Case("requiretls-no-tls", "4.2.1: no STARTTLS", DEFERRED, NO_STARTTLS, "plain", wish=REQUIRETLS),
    Case("not-required-dane", "RFC 8689, 5: delivery counts more than DANE", DELIVERED, UNVERIFIED, dns="3 1 1 self", wish=TLS_REQUIRED_NO),
    Case("not-required-no-tls", "5: and more than STARTTLS", DELIVERED, WITHOUT_TLS, "plain", dns="3 1 1 good", wish=TLS_REQUIRED_NO),
    Case("not-required-sts", "5: and more than MTA-STS", DELIVERED, UNVERIFIED, "self", PLAIN, policy=Policy(), wish=TLS_REQUIRED_NO),
    Case("not-required-not-listed", "5: and more than its list", DELIVERED, BY_AUTHORITY, zone=PLAIN, policy=Policy(mx=("other.{n}",)),
         wish=TLS_REQUIRED_NO),
    Case("not-required-forged", "5: bogus TLSA records", DELIVERED, UNVERIFIED, "self", dns="3 1 1 self", wish=TLS_REQUIRED_NO),
]

CASES = [*_DANE, *_STS, *_BOTH, *_WISHES]
# The records whose signature is another's, in SIGNED.
FORGED_RECORDS = ("_25._tcp.mx.tlsa-forged TLSA", "mx.address-forged A", "mx-forged MX", "_25._tcp.mx.not-required-forged TLSA")
# What DNS does not answer at all, below SIGNED.
LAME_BELOW = "_tcp.mx.tlsa-lame"
