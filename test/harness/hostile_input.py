"""Malformed commands for SMTP, IMAP and POP3, made from tables, with the class of answer that each deserves."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    name: str
    state: str  # what is said before: see hostile.py
    data: bytes
    answer: str  # a regular expression for the first line of the reply; "closed": the server hangs up; "nothing": it waits


def _case(name: str, state: str, data: bytes | str, answer: str) -> Case:
    return Case(name, state, data.encode() if isinstance(data, str) else data, answer)


_REFUSED = "5\\d\\d "
_BYTES = {"NUL": b"\0", "bell": b"\x07", "escape": b"\x1b", "delete": b"\x7f", "high": b"\xff", "broken UTF-8": b"\xc3("}
_NUMBERS = ["-1", "+1", "1e9", "0x10", "1 ", "99999999999999999999", "18446744073709551616", "4294967296000000000000",
            "١٢", "", "1,2", "NaN"]

# SMTP

_SMTP_WORDS = ["", " ", "   NOOP", "NOOPE", "HELO", "EHLO", "EHLO ", "HELO ", "MAIL", "MAIL FROM", "MAIL FROM:", "MAIL TO:<a@b.test>",
               "RCPT", "RCPT TO:", "RCPT FROM:<a@b.test>", "BDAT", "BDAT LAST", "BDAT -1", "BDAT 1 2", "DATA now", "RSET now", "STARTTLS x",
               "GET / HTTP/1.1", "POST /x HTTP/1.0", "\x16\x03\x01", "{5}", "* OK", "a LOGIN b c", "LHLO x", "TURN", "ATRN", "ETRN x",
               "XCLIENT ADDR=1.2.3.4", "XFORWARD NAME=x", "AUTH", "AUTH ", "AUTH PLAIN AAAA", "BURL imap://x LAST", "SEND FROM:<a@b.test>"]
_SMTP_PATHS = ["<", ">", "<>>", "<<a@b.test>>", "a@b.test>", "<a@b.test", "<a@>", "<@>", "<@b.test>", "<a@b@c.test>", "<a b@c.test>",
               "<a@b .test>", "<a@b..test>", "<.a@b.test>", "<a..b@c.test>", "<a.@b.test>", "<\"a@b.test>", "<a\"b@c.test>",
               "<a@[1.2.3]>", "<a@[1.2.3.4>", "<a@[IPv6:xyz]>", "<a@[300.1.1.1]>", "<a@-b.test>", "<a@b-.test>", "<a@b_c.test>x",
               "<@a,@b:c@d.test", "<@a:@b:@c>", "<\0@b.test>", "<a@b.test> <c@d.test>", "<a@" + "b" * 64 + ".test>",
               "<" + "a" * 2000 + "@b.test>", "<a@" + "b." * 200 + "test>", "<a@b.test>SIZE=1", "< a@b.test >", "<a@b.test\t>"]
_SMTP_PARAMETERS = ["SIZE", "SIZE=", "SIZE=x", "SIZE=-5", "SIZE=1 SIZE=2", "BODY", "BODY=", "BODY=9BIT", "RET=", "RET=BOTH", "ENVID=", "ENVID=+",
                    "ENVID=+Z1", "ENVID=" + "x" * 200, "SMTPUTF8=1", "=", "=x", "X=Y", "AUTH=+Z", "REQUIRETLS=1", "MT-PRIORITY=99",
                    "A=B " * 200, "ORCPT=rfc822;a@b.test", "NOTIFY=NEVER", "BY=-1;R", "HOLDFOR=x"]
_RCPT_PARAMETERS = ["NOTIFY", "NOTIFY=", "NOTIFY=,", "NOTIFY=NEVER,SUCCESS", "NOTIFY=SUCCESS,SUCCESS,", "ORCPT=", "ORCPT=x", "ORCPT=;",
                    "ORCPT=rfc822;+", "ORCPT=rfc822;" + "a" * 1000, "SIZE=5", "X=Y", "="]


def smtp_cases() -> Iterator[Case]:
    for word in _SMTP_WORDS:
        yield _case(f"the line {word!r}", "greeted", f"{word}\r\n", f"{_REFUSED}|250 2.0.0")
    for path in _SMTP_PATHS:
        yield _case(f"MAIL with the path {path[:40]!r}", "hello", f"MAIL FROM:{path}\r\n", _REFUSED)
        yield _case(f"RCPT with the path {path[:40]!r}", "mail", f"RCPT TO:{path}\r\n", _REFUSED)
    for parameter in _SMTP_PARAMETERS:
        yield _case(f"MAIL with {parameter[:40]!r}", "hello", f"MAIL FROM:<a@b.test> {parameter}\r\n", _REFUSED)
    for parameter in _RCPT_PARAMETERS:
        yield _case(f"RCPT with {parameter[:40]!r}", "mail", f"RCPT TO:<anna@example.test> {parameter}\r\n", _REFUSED)
    for number in _NUMBERS:
        yield _case(f"BDAT of {number!r} bytes", "rcpt", f"BDAT {number}\r\n", f"{_REFUSED}|closed|250|nothing")
        yield _case(f"SIZE={number!r}", "hello", f"MAIL FROM:<a@b.test> SIZE={number}\r\n", f"{_REFUSED}|250")
    for name, byte in _BYTES.items():
        yield _case(f"a {name} in EHLO", "greeted", b"EHLO a" + byte + b"b\r\n", f"{_REFUSED}|250")
        yield _case(f"a {name} in an address", "mail", b"RCPT TO:<an" + byte + b"na@example.test>\r\n", _REFUSED)
    for size in (5_000, 70_000, 2_000_000):
        yield _case(f"a line of {size} bytes", "hello", b"NOOP " + b"x" * size + b"\r\n", _REFUSED)
        yield _case(f"{size} bytes without an end", "hello", b"x" * size, f"nothing|closed|{_REFUSED}")
    for name, end in {"LF": b"\n", "CR": b"\r", "LF CR": b"\n\r", "CR CR LF": b"\r\r\n", "NUL CRLF": b"\0\r\n"}.items():
        yield _case(f"a command that ends by {name}", "hello", b"NOOP" + end, f"nothing|{_REFUSED}")
        yield _case(f"a message that ends by {name} dot {name}", "data", b"Subject: x\r\n\r\nx" + end + b"." + end, f"nothing|{_REFUSED}")
    for name, text in {"bare LF": b"a\nb", "bare CR": b"a\rb", "NUL": b"a\0b", "LF dot CRLF": b"a\n.\r\nb", "CR dot CR": b"a\r.\rb",
                       "CRLF dot LF": b"a\r\n.\nb", "CRLF dot CR": b"a\r\n.\rb", "LF LF dot LF": b"a\n\n.\nb"}.items():
        yield _case(f"a message with {name}", "data", b"Subject: x\r\n\r\n" + text + b"\r\n.\r\n", _REFUSED)
        yield _case(f"a chunk with {name}", "rcpt", b"BDAT %d LAST\r\nSubject: x\r\n\r\n%s\r\n" % (len(text) + 16, text), f"{_REFUSED}|250")
    yield _case("a message cut off", "data", b"Subject: x\r\n\r\nhalf", "nothing")
    yield _case("a chunk cut off", "rcpt", b"BDAT 1000 LAST\r\nhalf", "nothing")
    yield _case("a chunk of 2^63", "rcpt", b"BDAT 9223372036854775808 LAST\r\n", f"{_REFUSED}|closed")
    yield _case("DATA between chunks", "rcpt", b"BDAT 2\r\nx\n", "250|" + _REFUSED)
    yield _case("a message of NULs", "data", b"\0" * 100_000 + b"\r\n.\r\n", _REFUSED)
    yield _case("a message of dots", "data", b"..\r\n" * 50_000 + b".\r\n", "250")
    yield _case("an empty message", "data", b".\r\n", f"250|{_REFUSED}")
    yield _case("2000 recipients", "mail", b"RCPT TO:<anna@example.test>\r\n" * 2_000, "250")
    yield _case("5000 commands in one packet", "hello", b"NOOP\r\n" * 5_000, "250")
    yield _case("a TLS hello in plain text", "greeted", bytes.fromhex("1603010200010001fc0303") + b"\xaa" * 500 + b"\r\n", f"{_REFUSED}|closed")
    yield _case("nonsense after STARTTLS", "starttls", b"\xff" * 2_000, "closed|nothing")


_SASL = ["", "=", "!", "AA=A", "AAA", "====", "\x00", base64.b64encode(b"\0").decode(), base64.b64encode(b"\0\0\0\0").decode(),
         base64.b64encode(b"\0" + b"a" * 3_000 + b"\0b").decode(), base64.b64encode(b"x\0anna@example.test\0long-secret").decode(),
         base64.b64encode(b"\0anna@example.test").decode(), base64.b64encode(b"\xff\0\xfe\0\xfd").decode(), "A" * 20_000]
_SCRAM = ["n,,", "n,,n=,r=", "y,,n=a,r=b", "p=x,,n=a,r=b", "n,a=b,n=c,r=d", "n,,n=a", "n,,r=a,n=b", "n,,m=x,n=a,r=b", "n,,n==,r=b",
          "n,,n=a,r=" + "b" * 5_000, ",,,,", "n,,n=a,r=\x00"]


def sasl_cases() -> Iterator[Case]:
    """For submissions, imaps and pop3s alike: the initial response of AUTH and AUTHENTICATE."""
    for message in _SASL:
        yield _case(f"PLAIN with {message[:30]!r}", "PLAIN", message, "refused")
    for message in _SCRAM:
        yield _case(f"SCRAM with {message[:30]!r}", "SCRAM-SHA-256", base64.b64encode(message.encode()), "refused")
    for mechanism in ("", "NONE", "X" * 5_000, "PLAIN\0", "CRAM-MD5", "EXTERNAL", "../PLAIN"):
        yield _case(f"the mechanism {mechanism[:30]!r}", mechanism, "AAAA", "refused")


# IMAP

_BAD = "t (BAD|NO) |\\* BAD "
_IMAP_LINES = ["", " ", "t", "t ", " t NOOP", "t  NOOP", "t NOOP ", "+ NOOP", "* NOOP", "(t NOOP", "t\"a NOOP", "NOOP", "t UID", "t UID ", "t UID NOOP",
               "t NOOP {5", "t LOGIN", "t SELECT", "t SELECT {", "t SELECT {}", "t SELECT {x}", "t SELECT {-1}", "t SELECT {1x}", "t SELECT \"",
               "t SELECT \"\\\"", "t SELECT \"\\x\"", "t SELECT INBOX (", "t SELECT INBOX )", "t SELECT INBOX (X)", "t SELECT INBOX (CONDSTORE",
               "t SELECT INBOX (QRESYNC (1))", "t CREATE", "t CREATE a b", "t RENAME a", "t LIST", "t LIST \"\"", "t LIST () \"\"", "t LIST \"\" (",
               "t LIST (X) \"\" *", "t LIST \"\" * RETURN", "t LIST \"\" * RETURN (X)", "t LIST \"\" * RETURN (STATUS)",
               "t STATUS INBOX", "t STATUS INBOX MESSAGES", "t STATUS INBOX (X)", "t STATUS INBOX (MESSAGES", "t ID", "t ID (", "t ID (\"a\")", "t ID (a b)",
               "t APPEND", "t APPEND INBOX", "t APPEND INBOX x", "t APPEND INBOX ()", 
               "t APPEND INBOX \"x\" {3}", "t APPEND INBOX \"99-Foo-2020 99:99:99 +9999\" {3}", "t APPEND INBOX {99999999999999999999}",
               "t AUTHENTICATE", "t STARTTLS x", "t COMPRESS", "t COMPRESS LZW", "t GETQUOTAROOT INBOX x", "t SETMETADATA INBOX x",
               "t SETACL INBOX a b", "t THREAD x", "t SORT x", "t X-Y", "t " + "A" * 1_000, "t CREATE " + "a" * 5_000, "t CREATE \"a\r\"",
               "t CREATE " + "/".join("a" * 300), "t CREATE \"&\"", "t CREATE \"&!!!-\"", "t CREATE \"&AAAA\"", "t CREATE a/../../b//c", "t DELETE ..",
               "t SUBSCRIBE \"\"", "t LOGIN a b"]
_SETS = ["", "0", "1:", ":1", "1::2", "1,", ",1", "1,,2", "-1", "1-2", "*:", "**", "1:*:2", "$1", "a", "1 2", "4294967296", "1:4294967296",
         "99999999999999999999999", "1." , "01:x"]
_ITEMS = ["", "(", ")", "()", "(FLAGS", "FLAGS)", "FLAGS UID", "(FLAGS,UID)", "(FLAGS  UID)", "X", "BODY[", "BODY[]]", "BODY[]<", "BODY[]<0>", "BODY[]<0.>",
          "BODY[]<.5>", "BODY[]<-1.5>", "BODY[]<0.0>", "BODY[]<99999999999999999999.5>", "BODY[0]", "BODY[1.]", "BODY[.1]", "BODY[1..2]",
          "BODY[99999999999]", "BODY[MIME]", "BODY[X]", "BODY[HEADER.FIELDS]", "BODY[HEADER.FIELDS ()]", "BODY[HEADER.FIELDS (a]", "BODY[HEADER.FIELDS a]",
          "BODY[HEADER.FIELDS.NOT (]", "BODY.PEEK", "BODY.PEEK[", "BINARY[HEADER]", "BINARY[1]<", "BINARY.SIZE[1]<0.5>", "RFC822.X", "ENVELOPE[]",
          "(ALL FLAGS", "BODY[" + "1." * 5_000 + "1]", "(FLAGS) (CHANGEDSINCE)", "(FLAGS) (CHANGEDSINCE x)", "(FLAGS) (CHANGEDSINCE -1)", "(FLAGS) (X 1)"]
_STORES = ["", "FLAGS", "+FLAGS", "++FLAGS (a)", "FLAGS (", "FLAGS (a", "FLAGS a)", "FLAGS (\\)", "FLAGS (\\*)", "FLAGS ((a))",
           "FLAGS.LOUD (a)", "FLAGS (a  b)", "FLAGS (\"a\")", "FLAGS {1+}\r\nx", "(UNCHANGEDSINCE x) FLAGS (a)", "(UNCHANGEDSINCE 1 FLAGS (a)", "(X) FLAGS (a)",
           "X (a)"]
_SEARCHES = ["", "X", "(", ")", "()", "(ALL", "NOT", "OR ALL", "OR", "FROM", "FROM \"x", "BEFORE", "BEFORE x", "BEFORE 32-Jan-2020", "BEFORE 1-Foo-2020",
             "BEFORE 1-Jan-20200", "LARGER", "LARGER x", "LARGER -1", "LARGER 99999999999999999999", "SMALLER 1x", "UID", "UID x", "UID 0", "HEADER",
             "HEADER a", "KEYWORD", "KEYWORD (", "KEYWORD \\Seen", "CHARSET", "CHARSET UTF-8", "RETURN", "RETURN (", "RETURN (X) ALL", "RETURN () ", "MODSEQ",
             "MODSEQ x", "YOUNGER 0", "YOUNGER x", "OLDER -5", "NOT " * 5_000 + "ALL", "(" * 5_000 + "ALL" + ")" * 5_000,
             "OR " * 5_000 + "ALL"]


def imap_cases() -> Iterator[Case]:
    for line in _IMAP_LINES:
        yield _case(f"the line {line[:40]!r}", "selected", f"{line}\r\n", f"{_BAD}|\\+ BAD |\\S+ BAD ")
    for numbers in _SETS:
        yield _case(f"FETCH of the set {numbers!r}", "selected", f"t FETCH {numbers} FLAGS\r\n", _BAD)
        yield _case(f"UID COPY of the set {numbers!r}", "selected", f"t UID COPY {numbers} INBOX\r\n", _BAD)
    for item in _ITEMS:
        yield _case(f"FETCH of {item[:40]!r}", "selected", f"t FETCH 1 {item}\r\n", _BAD)
    for store in _STORES:
        yield _case(f"STORE of {store[:40]!r}", "selected", f"t STORE 1 {store}\r\n", _BAD)
    for search in _SEARCHES:
        yield _case(f"SEARCH for {search[:40]!r}", "selected", f"t SEARCH {search}\r\n", _BAD)
    for number in _NUMBERS:
        yield _case(f"a literal of {number!r} bytes", "selected", f"t SELECT {{{number}}}\r\n", f"{_BAD}|\\* BYE|closed")
        yield _case(f"a literal+ of {number!r} bytes", "selected", f"t SELECT {{{number}+}}\r\n", f"{_BAD}|\\* BYE|closed")
    for name, byte in _BYTES.items():
        yield _case(f"a {name} in a tag", "selected", b"t" + byte + b" NOOP\r\n", f"{_BAD}|\\S+ (BAD|OK) ")
        yield _case(f"a {name} in a quoted name", "selected", b't SELECT "a' + byte + b'"\r\n', _BAD)
        yield _case(f"a {name} in a literal", "selected", b"t SELECT {2+}\r\na" + byte[:1] + b"\r\n", _BAD)
    for size in (100_000, 3_000_000):
        yield _case(f"a line of {size} bytes", "selected", b"t SELECT " + b"x" * size + b"\r\n", f"{_BAD}|\\* BYE|closed")
        yield _case(f"a quoted text of {size} bytes", "selected", b't SELECT "' + b"x" * size + b'"\r\n', f"{_BAD}|\\* BYE|closed")
        yield _case(f"a literal+ of {size} bytes for a name", "selected", b"t SELECT {%d+}\r\n" % size + b"x" * size + b"\r\n", f"{_BAD}|\\* BYE|closed")
        yield _case(f"{size} bytes without an end", "selected", b"x" * size, f"nothing|closed|\\* B|{_BAD}")
    yield _case("a message of 4 GB", "selected", b"t APPEND INBOX {4294967296+}\r\n", f"{_BAD}|\\* BYE")
    # Lenient where the RFC lets us be, or where other servers are.
    yield _case("a message with NUL", "selected", b"t APPEND INBOX {3+}\r\na\0b\r\n", "t (OK|NO|BAD) ")
    yield _case("a keyword of 5000 letters", "selected", b"t STORE 1 FLAGS (" + b"k" * 5_000 + b")\r\n", "t (OK|NO|BAD) ")
    yield _case("a literal cut off", "selected", b"t SELECT {50+}\r\nhalf", "nothing")
    yield _case("a message cut off", "selected", b"t APPEND INBOX {5000+}\r\nhalf", "nothing")
    yield _case("IDLE ended by nonsense", "idle", b"NONSENSE\r\n", "t BAD |\\* B")
    yield _case("IDLE ended by 2 MB", "idle", b"x" * 2_000_000 + b"\r\n", "t BAD |\\* B|closed")
    yield _case("a SASL answer of 100 KB", "selected", b"t AUTHENTICATE PLAIN\r\n" + b"A" * 100_000 + b"\r\n", _BAD)
    yield _case("300 literals in one command", "selected", b"t SEARCH" + b" FROM {1+}\r\nx" * 300 + b"\r\n", f"{_BAD}|\\* SEARCH")
    yield _case("5000 commands in one packet", "selected", b"t NOOP\r\n" * 5_000, "t OK ")


# POP3

_ERR = "-ERR "
_POP3_LINES = ["", " ", " STAT", "STATS", "STAT 1", "LIST x", "LIST 0", "LIST -1", "LIST 1 1", "LIST  1", "RETR", "RETR ", "RETR x", "RETR 1x", "RETR 1,2",
               "DELE", "DELE *", "DELE 1:2", "UIDL x", "UIDL 0", "TOP", "TOP 1", "TOP 1 x", "TOP 1 -1", "TOP x 1", "TOP 1 1 1", "NOOP x", "RSET x",
               "QUIT now", "CAPA x", "STLS", "STLS x", "UTF8", "UTF8 x", "LANG *", "USER anna", "PASS x", "AUTH", "AUTH PLAIN", "AUTH PLAIN AAAA", "APOP a b",
               "XTND XMIT", "LAST", "GET / HTTP/1.1", "\x16\x03\x01", "* OK", "a LOGIN b c", "EHLO x", "{5}", "+OK", "-ERR", "."]
_POP3_EARLY = ["STAT", "LIST", "RETR 1", "DELE 1", "NOOP", "RSET", "UIDL", "TOP 1 1", "PASS x", "USER", "USER ", "AUTH ", "AUTH X Y Z", "AUTH PLAIN !",
               "AUTH PLAIN =", "AUTH CRAM-MD5", "APOP a b", "CAPA 1", "STLS", "QUIT now", ""]


def pop3_cases() -> Iterator[Case]:
    for line in _POP3_LINES:
        yield _case(f"the line {line!r}", "transaction", f"{line}\r\n", _ERR)
    for line in _POP3_EARLY:
        yield _case(f"the line {line!r} before a login", "authorization", f"{line}\r\n", f"{_ERR}|\\+ ")
    for number in _NUMBERS:
        yield _case(f"RETR of {number!r}", "transaction", f"RETR {number}\r\n", f"{_ERR}|\\+OK ")
        yield _case(f"TOP of {number!r} lines", "transaction", f"TOP 1 {number}\r\n", f"{_ERR}|\\+OK ")
        yield _case(f"DELE of {number!r}", "transaction", f"DELE {number}\r\n", f"{_ERR}|\\+OK ")
    for name, byte in _BYTES.items():
        yield _case(f"a {name} in a command", "transaction", b"ST" + byte + b"AT\r\n", _ERR)
        yield _case(f"a {name} in a name", "authorization", b"USER an" + byte + b"na\r\n", f"{_ERR}|\\+OK ")
        yield _case(f"a {name} in a password", "authorization", b"USER anna@example.test\r\nPASS a" + byte + b"b\r\n", f"\\+OK ")
    for size in (5_000, 70_000, 2_000_000):
        yield _case(f"a line of {size} bytes", "transaction", b"NOOP " + b"x" * size + b"\r\n", _ERR)
        yield _case(f"a name of {size} bytes", "authorization", b"USER " + b"x" * size + b"\r\n", f"{_ERR}|\\+OK ")
        yield _case(f"{size} bytes without an end", "transaction", b"x" * size, f"nothing|closed|{_ERR}")
        yield _case(f"a SASL answer of {size} bytes", "authorization", b"AUTH PLAIN\r\n" + b"A" * size + b"\r\n", "\\+ ")
    for name, end in {"LF": b"\n", "CR": b"\r", "LF CR": b"\n\r", "CR CR LF": b"\r\r\n", "NUL CRLF": b"\0\r\n"}.items():
        yield _case(f"a command that ends by {name}", "transaction", b"NOOP" + end, f"nothing|{_ERR}")
    yield _case("5000 commands in one packet", "transaction", b"NOOP\r\n" * 5_000, "\\+OK ")
    yield _case("5000 wrong commands in one packet", "transaction", b"NONSENSE\r\n" * 5_000, f"{_ERR}|closed")
    yield _case("2000 times the same message in one packet", "transaction", b"RETR 1\r\n" * 2_000, "\\+OK ")
    yield _case("TOP of all lines there can be", "transaction", b"TOP 1 18446744073709551615\r\n", "\\+OK ")
