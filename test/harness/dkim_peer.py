"""dkimpy on standard input and output: a JSON job a line, a JSON answer for each. For Debian's own Python, which has the module.

Messages are bytes as latin-1 text. A job has "do": sign, verify, arc_sign or arc_verify; the answer "fields" or "passed".
"""

import json
import sys
from typing import Any

import dkim

_SIGNED = [b"from", b"to", b"subject", b"date", b"message-id", b"x-odd"]


def is_good(signature: dkim.DKIM, index: int, txt: Any) -> bool:
    try:
        return bool(signature.verify(idx=index, dnsfunc=txt))
    except dkim.ValidationError:  # what it says of a changed body
        return False


def answer(job: dict[str, Any]) -> Any:
    message = job["message"].encode("latin-1")

    def txt(name: bytes | str, timeout: int = 5) -> bytes | None:
        text = name.decode() if isinstance(name, bytes) else name
        record = job.get("zone", {}).get(text.rstrip("."))
        return record.encode() if record else None

    if job["do"] == "verify":
        signature = dkim.DKIM(message)
        count = sum(1 for name, _ in signature.headers if name.lower() == b"dkim-signature")
        return [is_good(signature, i, txt) for i in range(count)]
    if job["do"] == "arc_verify":
        return dkim.arc_verify(message, dnsfunc=txt)[0].decode()
    key = job["key"].encode()
    selector, domain, algorithm = job["selector"].encode(), job["domain"].encode(), job["algorithm"].encode()
    if job["do"] == "sign":
        forms = (job["forms"][0].encode(), job["forms"][1].encode())
        return dkim.sign(message, selector, domain, key, canonicalize=forms, signature_algorithm=algorithm,
                         include_headers=_SIGNED, length=job.get("length", False)).decode("latin-1")
    if job["do"] == "arc_sign":
        fields = dkim.arc_sign(message, selector, domain, key, job["authserv"].encode(),
                               include_headers=[b"from", b"to", b"subject", b"date", b"message-id"])
        return b"".join(fields).decode("latin-1")
    raise ValueError(job["do"])


def main() -> None:
    for line in sys.stdin:
        job = json.loads(line)
        try:
            result = {"answer": answer(job)}
        except Exception as error:  # dkimpy has many, and some are bare ones
            result = {"error": repr(error)}
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
