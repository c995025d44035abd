"""JSON that is nested too deep. It is cut there, so that it spoils nothing beside it."""

import re

DEPTH_MAX = 100
"""Levels of objects and lists."""
TOO_DEEP = "\udfff"
"""Stands where something was cut. No valid text has it: it is half of a surrogate pair."""

_MARK = b'"\\udfff"'
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)


def cut_deep(body: bytes) -> bytes:
    """The same JSON, with `TOO_DEEP` for each object or list that lies too deep. What is no JSON stays no JSON."""
    kept: list[bytes] = []
    depth = begins = 0
    for token in _TOKEN.finditer(body):
        sign = body[token.start()]
        if sign in b"[{":
            depth += 1
            if depth == DEPTH_MAX + 1:
                kept.append(body[begins : token.start()])
        elif sign in b"]}":
            if depth == DEPTH_MAX + 1:
                kept.append(_MARK)
                begins = token.end()
            depth -= 1
    return b"".join([*kept, body[begins:] if depth <= DEPTH_MAX else b""])
