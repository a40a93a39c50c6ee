"""IMAP responses as values: an atom is a str, a string bytes, a list a list."""

import re
from dataclasses import dataclass, field
from typing import Union

Value = Union[str, bytes, list["Value"]]

_STATUS = ("OK", "NO", "BAD", "BYE", "PREAUTH")
_LITERAL = re.compile(rb"~?\{(\d+)\}\r\n")
# A section's brackets and what is in them belong to the atom: BODY[HEADER.FIELDS (SUBJECT)]<0>.
_ATOM = re.compile(rb'(?:[^\s()\[\]{"]|\[[^\]]*\])+')
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Response:
    tag: str  # "*", "+" or a command's
    kind: str  # OK, NO, BAD, BYE, FETCH, EXISTS, …; upper case
    number: int = 0  # the 3 of "* 3 EXISTS"
    code: str = ""  # of a status response, without its brackets
    data: list[Value] = field(default_factory=list)  # what stands behind the kind
    raw: bytes = b""

    def code_of(self, name: str) -> list[str] | None:
        """The words behind a response code's name; None: it is another code."""
        words = self.code.split(" ")
        return words[1:] if words[0].upper() == name else None


def parse(raw: bytes) -> Response:
    tag, _, rest = raw.removesuffix(b"\r\n").partition(b" ")
    if tag == b"+":
        return Response("+", "+", raw=raw)
    first, _, behind = rest.partition(b" ")
    if first.upper().decode() in _STATUS:
        code = re.match(rb"\[([^\]]*)\]", behind)
        return Response(tag.decode(), first.upper().decode(), code=code[1].decode() if code else "", raw=raw)
    number = 0
    if first.isdigit():
        number = int(first)
        first, _, behind = behind.partition(b" ")
    return Response(tag.decode(), first.upper().decode(), number, data=values_of(behind), raw=raw)


def values_of(text: bytes) -> list[Value]:
    found: list[Value] = []
    stack = [found]
    at = 0
    while at < len(text):
        if text[at] in b" \r\n":
            at += 1
        elif text[at] in b"(":
            inner: list[Value] = []
            stack[-1].append(inner)
            stack.append(inner)
            at += 1
        elif text[at] in b")":
            stack.pop()
            assert stack, f"a closing parenthesis too many: {text!r}"
            at += 1
        elif literal := _LITERAL.match(text, at):
            end = literal.end() + int(literal[1])
            stack[-1].append(text[literal.end() : end])
            at = end
        elif quoted := _QUOTED.match(text, at):
            stack[-1].append(re.sub(rb"\\(.)", rb"\1", quoted[1]))
            at = quoted.end()
        elif atom := _ATOM.match(text, at):
            stack[-1].append(atom[0].decode())
            at = atom.end()
        else:
            raise AssertionError(f"not well-formed at {at}: {text!r}")
    assert len(stack) == 1, f"a closing parenthesis is missing: {text!r}"
    return found


def pairs_of(values: list[Value]) -> dict[str, Value]:
    """Names and values that take turns, as in FETCH and STATUS; names in upper case."""
    return {str(name).upper(): value for name, value in zip(values[::2], values[1::2], strict=True)}


def numbers_of(text: str) -> list[int]:
    """The numbers of a set such as 2:4,7, in its order."""
    numbers: list[int] = []
    for part in text.split(",") if text else []:
        first, _, last = part.partition(":")
        begin, end = int(first), int(last or first)
        step = 1 if begin <= end else -1
        numbers += range(begin, end + step, step)
    return numbers


def set_of(numbers: list[int]) -> str:
    """A set with ranges, of ascending numbers."""
    parts: list[str] = []
    for i, number in enumerate(numbers):
        if i and number == numbers[i - 1] + 1:
            parts[-1] = f"{parts[-1].partition(':')[0]}:{number}"
        else:
            parts.append(str(number))
    return ",".join(parts)


def list_of(value: Value) -> list[Value]:
    """The list; an empty one in the place of what is none."""
    return value if isinstance(value, list) else []
