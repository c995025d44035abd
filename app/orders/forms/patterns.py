"""How much work a pattern can make. A company writes it, and it is matched against what anybody types.

`re` tries one way after the other. `^(a+)+$` has 2^n ways for n letters, so one answer could stop the server.
Here the ways are counted before a pattern is taken.
"""

import re
from collections.abc import Sequence
from re import _constants as op  # type: ignore[attr-defined]  # the parser of `re` has no public name
from re import _parser  # type: ignore[attr-defined]
from typing import Any

PATTERN_LENGTH_MAX = 200
WAYS_MAX = 100_000
"""An answer is judged in a few milliseconds up to here."""
ONE_SIGN = {op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN}
REPEATS = {op.MAX_REPEAT, op.MIN_REPEAT}


class PatternRefused(ValueError):
    """Not a pattern, or one with parts that phones do not know: `code` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def fault_of_pattern(pattern: str, *, length_max: int) -> str | None:
    """Code of what is wrong with a pattern for texts up to `length_max` signs. None: it may be used."""
    try:
        parsed = _parser.parse(pattern)
        if parsed.state.groupdict or parsed.state.flags & ~re.UNICODE:
            raise PatternRefused("pattern_not_portable")
        ways = _ways(parsed, length_max)
    except PatternRefused as refused:
        return refused.code
    except (re.error, OverflowError, RecursionError):
        return "pattern_broken"
    starts = 1 if parsed.data[:1] == [(op.AT, op.AT_BEGINNING)] else max(length_max, 1)
    return "pattern_too_slow" if ways * starts > WAYS_MAX else None


def _ways(parts: Sequence[tuple[Any, Any]], length_max: int) -> int:
    """In how many ways this sequence can match a text, at most. Counting ends a little above `WAYS_MAX`."""
    ways = 1
    for kind, what in parts:
        ways = min(ways * _ways_of_part(kind, what, length_max), WAYS_MAX + 1)
    return ways


def _ways_of_part(kind: Any, what: Any, length_max: int) -> int:
    if kind in ONE_SIGN or (kind is op.AT and what in (op.AT_BEGINNING, op.AT_END)):
        return 1
    if kind is op.SUBPATTERN and not (what[1] or what[2]):
        return _ways(what[3], length_max)
    if kind is op.BRANCH:
        return sum(_ways(branch, length_max) for branch in what[1])
    if kind in REPEATS:
        least, most, repeated = what
        return _ways_of_repeat(_ways(repeated, length_max), least, min(most, length_max))
    raise PatternRefused("pattern_not_portable")


def _ways_of_repeat(once: int, least: int, most: int) -> int:
    """`once` ways for each repetition, for every number of repetitions from `least` to `most`."""
    if once == 1:
        return max(most - least, 0) + 1
    ways = 0
    for times in range(least, most + 1):
        ways += once**times
        if ways > WAYS_MAX:
            break
    return ways
