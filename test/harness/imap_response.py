"""Responses whose parts may come in any order: FETCH, STATUS, ESEARCH, LIST."""

import re

_PAIRED = re.compile(r"(\* (?:\S+ FETCH|STATUS .+) )\((.*)\)$", re.DOTALL)
_ATTRIBUTES = re.compile(r"(\* (?:LIST|LSUB) )\(([^)]*)\)(.*)$", re.DOTALL)
_ESEARCH = re.compile(r"(\* ESEARCH \(TAG [^)]*\)(?: UID)?)( .*)?()$", re.DOTALL)


def names_of(line: str) -> tuple[str, str, bool, str] | None:
    """What stands before the parts, the parts, whether they are pairs, what stands behind."""
    if found := _PAIRED.match(line):
        return found[1], found[2], True, ""
    if found := _ATTRIBUTES.match(line):
        return found[1], found[2], False, found[3]
    if found := _ESEARCH.match(line):
        return found[1], (found[2] or "").strip(), True, ""
    return None


def items_of(text: str, paired: bool) -> list[str]:
    words = _words(text)
    if not paired:
        return words
    items: list[str] = []
    while words:
        name = words.pop(0)
        items.append(name if name == "..." or not words else f"{name} {words.pop(0)}")
    return items


def _words(text: str) -> list[str]:
    """Split at the spaces that stand in no parentheses, brackets, quotes, literals or {{…}}."""
    words, word, depth, at = [], "", 0, 0
    while at < len(text):
        whole = re.compile(r'"(?:[^"\\]|\\.)*"|\{\{.*?\}\}').match(text, at)
        literal = re.compile(r"~?\{(\d+)\}\\r\\n").match(text, at)
        if literal:
            # CRLF is written with four characters here.
            end, left = literal.end(), int(literal[1])
            while left > 0 and end < len(text):
                crlf = text.startswith("\\r\\n", end)
                end, left = end + (4 if crlf else 1), left - (2 if crlf else len(text[end].encode()))
            word, at = word + text[at:end], end
        elif whole:
            word, at = word + whole[0], whole.end()
        elif text[at] == " " and depth == 0:
            words, word, at = [*words, word], "", at + 1
        else:
            depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(text[at], 0)
            word, at = word + text[at], at + 1
    return [w for w in [*words, word] if w]
