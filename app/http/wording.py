"""What is wrong with a value of a request, first as data and then as a sentence in the reader's language.

The errors of msgspec (0.22, its issue 264) and of Litestar carry an English text and nothing else: no path,
no kind, no bound. This is the one place that reads those texts. What we find ourselves is a `Complaint` at once.
"""

import re
from typing import Any, NamedTuple

import msgspec

from app.core.i18n import has_text, text


class Complaint(NamedTuple):
    """`what` names a text of `[wrong]`, `values` fill it."""

    what: str
    path: str = ""
    """`openings[0].width_mm`, or the name of a parameter; empty for the whole body."""
    values: dict[str, Any] = {}

    def in_words(self, lang: str) -> str:
        values = self.values
        if self.what == "kind":
            values = {name: _kinds(kinds, lang) for name, kinds in values.items()}
        return text(lang, "wrong", self.what, **values)


class ValueRefused(ValueError):
    """A `__post_init__` says what is wrong with the values it was given; msgspec adds the path of its object.

    `field` is the one field that is wrong, if it is one.
    """

    def __init__(self, what: str, *, field: str = "", **values: Any) -> None:
        super().__init__(what, values)
        self.what = what
        self.field = field
        self.values = values


TEXTS = [
    (re.compile(pattern, re.DOTALL), what)
    for pattern, what in [
        (r"Expected `(?P<expected>[^`]+)`, got `(?P<got>[^`]+)`", "kind"),
        (r"'data'", "body_missing"),  # Litestar's KeyError: no body was sent
        (r"Object contains unknown field `(?P<field>.+)`", "field_unknown"),
        (r"Object missing required field `(?P<field>.+)`", "field_missing"),
        (r"Missing required \w+ parameter '(?P<field>.+?)' .*", "field_missing"),
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
        (r"Expected `str` matching regex '\S*\[\^\\+x00(?:-\\+x1f)?\]\S*'", "controls"),
        (r"Expected `str` matching regex (?P<pattern>.+)", "pattern"),
        (r"Invalid enum value (?P<value>.+)", "choice"),
        (r"Invalid UUID.*", "uuid"),
        (r"Invalid RFC3339 encoded date", "date"),
        (r"Invalid RFC3339 encoded datetime", "moment"),
        (r"Expected `datetime` with a timezone component", "moment"),
        (r"(?:Integer value|Number|Timestamp) .*out of range.*|Integer value out of range", "out_of_range"),
    ]
]


PLACE = re.compile(r" - at (?:`\w+` in )?`\$\.?(?P<path>.*)`", re.DOTALL)
"""A path follows nearly every text of msgspec: "`$.openings[0]`", or "`key` in `$.marks`"."""


def complaint_of(said: str, path: str = "") -> Complaint:
    """Reads one text, with or without a path at its end. What nobody foresaw is just a wrong value.

    Of a field too many or too few msgspec tells where its object is; the complaint has the field's own path.
    """
    message = PLACE.sub("", said)
    path = path or path_in(said)
    for pattern, what in TEXTS:
        if found := pattern.fullmatch(message):
            values = found.groupdict()
            field = values.pop("field", "")
            return Complaint(what, f"{path}.{field}".strip("."), values)
    return Complaint("value", path)


def complaint_of_error(error: msgspec.ValidationError) -> Complaint:
    """What a body is refused for: said by our own `__post_init__`, or by msgspec."""
    refused = error.__cause__
    if isinstance(refused, ValueRefused):
        path = f"{path_in(str(error))}.{refused.field}".strip(".")
        return Complaint(refused.what, path, refused.values)
    return complaint_of(str(error))


def path_in(said: str) -> str:
    found = PLACE.search(said)
    return found["path"] if found else ""


def _kinds(names: str, lang: str) -> str:
    """`date | null` as "a date or null"."""
    said = [text(lang, "json", name) if has_text(lang, "json", name) else name for name in names.split(" | ")]
    return text(lang, "wrong", "or").join(said)
