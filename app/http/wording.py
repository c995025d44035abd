"""What is wrong with a value, in the reader's language: msgspec and Litestar say it in English, to programmers."""

import re

from app.core.i18n import has_text, text

KIND = re.compile(r"Expected `(?P<expected>.+?)`, got `(?P<got>.+?)`")

SAYINGS = [
    (re.compile(pattern, re.DOTALL), key)
    for pattern, key in [
        (r"'data'", "body_missing"),
        (r"NUL", "nul"),
        (r"Object contains unknown field `.+`", "field_unknown"),
        (r"Object missing required field `.+`", "field_missing"),
        (r"Missing required \w+ parameter '.+?' .*", "field_missing"),
        (r"Expected `(?:int|float)` >= (?P<bound>\S+?)(?:\.0)?", "least"),
        (r"Expected `(?:int|float)` <= (?P<bound>\S+?)(?:\.0)?", "most"),
        (r"Expected `(?:int|float)` > (?P<bound>\S+?)(?:\.0)?", "more_than"),
        (r"Expected `(?:int|float)` < (?P<bound>\S+?)(?:\.0)?", "less_than"),
        (r"Expected `str` of length >= (?P<bound>\d+)", "signs_least"),
        (r"Expected `str` of length <= (?P<bound>\d+)", "signs_most"),
        (r"Expected `\w+` of length >= (?P<bound>\d+)", "items_least"),
        (r"Expected `\w+` of length <= (?P<bound>\d+)", "items_most"),
        (r"Expected `\w+` of length (?P<bound>\d+), got \d+", "items_exactly"),
        (r"Expected `str` matching regex '\\\\S'", "blank"),
        (r"Expected `str` matching regex (?P<pattern>.+)", "pattern"),
        (r"Invalid enum value (?P<value>.+)", "choice"),
        (r"Invalid UUID.*", "uuid"),
        (r"Invalid RFC3339 encoded date", "date"),
        (r"Invalid RFC3339 encoded datetime", "moment"),
        (r"Expected `datetime` with a timezone component", "moment"),
        (r"the clock of the device says (?P<year>\d+)", "device_clock"),
        (r"(?:Input data was truncated|JSON is malformed: .+)", "not_json"),
        (r"'utf-8' codec .+", "not_utf8"),
        (r"maximum recursion depth exceeded.*", "too_deep"),
        (r"(?:Integer value|Number|Timestamp) .*out of range.*|Integer value out of range", "out_of_range"),
    ]
]


def in_words(message: str, lang: str) -> str:
    """One complaint of msgspec or Litestar as a sentence; what nobody foresaw is just a wrong value."""
    if kinds := KIND.fullmatch(message):
        return text(
            lang, "wrong", "kind", expected=_kinds(kinds["expected"], lang), got=_kinds(kinds["got"], lang)
        )
    for pattern, key in SAYINGS:
        if found := pattern.fullmatch(message):
            return text(lang, "wrong", key, **found.groupdict())
    return text(lang, "wrong", "value")


def _kinds(names: str, lang: str) -> str:
    """`date | null` as "a date or null"."""
    said = [text(lang, "json", name) if has_text(lang, "json", name) else name for name in names.split(" | ")]
    return text(lang, "wrong", "or").join(said)
