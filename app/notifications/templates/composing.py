"""Writes a message from a text and its words."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from app.notifications.channels.protocol import Channel
from app.notifications.channels.sms.segments import count_segments
from app.notifications.kinds import OPTIONAL
from app.notifications.templates.filling import fill, fill_html

SEGMENTS_MAX = 2
"""Operators accept more, but a service message should not cost three SMS."""
SHORTENED = frozenset({"company", "worker", "who", "place", "what", "where"})
"""Names and addresses that people typed. They may be shortened; the rest of a message may not."""
SHORTENED_TO_MIN = 12
SHORTENED_BESIDE_LINK_TO = 6
"""A link cannot be cut."""

Values = Mapping[str, str]


class Written(NamedTuple):
    """A message as it is sent."""

    body: str
    subject: str = ""
    """Of an e-mail."""
    html: str | None = None


def ready_values(params: Mapping[str, str]) -> dict[str, str]:
    """The words on one line each; optional ones that are missing are empty."""
    return dict.fromkeys(OPTIONAL, "") | {name: " ".join(value.split()) for name, value in params.items()}


def bracketed(values: Values) -> dict[str, str]:
    """A place stands in brackets, and what is optional after a space."""
    place = {"place": f" ({values['place']})"} if values.get("place") else {}
    return dict(values) | place | {name: f" {values[name]}" for name in ("who", "ask") if values.get(name)}


def write_sms(write: Callable[[Values], str], values: Values) -> str:
    """The text, with names and addresses cut to the same length until it fits into SEGMENTS_MAX.

    A text with a link leaves out the place before that, and cuts further. A text that would not fit even then keeps all
    whole.
    """
    has_link = bool(values.get("ask") or values.get("link"))
    least = SHORTENED_BESIDE_LINK_TO if has_link else SHORTENED_TO_MIN
    whole = body = write(values).strip()
    limit = max((len(values[name]) for name in SHORTENED & values.keys()), default=0)
    while count_segments(body).parts > SEGMENTS_MAX and limit > least:
        limit -= 1
        if limit < SHORTENED_TO_MIN:
            values = dict(values) | {"place": ""}
        clipped = {name: _clip(values[name], limit) for name in SHORTENED & values.keys()}
        body = write(dict(values) | clipped).strip().replace("....", "...")  # a clipped name ended a sentence
    return body if count_segments(body).parts <= SEGMENTS_MAX else whole


def _clip(value: str, limit: int) -> str:
    return value if len(value) <= limit else value[: limit - 3].rstrip(" ,.-") + "..."


def write_from(content: Mapping[str, Any], lang: str, channel: Channel, params: Values) -> Written | None:
    """A message from the texts of a template. None: it has none for this language and channel.

    Raises:
        KeyError: a word is missing.
    """
    texts = content.get(lang) or {}
    values = ready_values(params)
    if channel == Channel.SMS:
        text = texts.get("sms")
        return Written(write_sms(lambda said: fill(text, bracketed(said)), values)) if text else None
    if not texts.get("email_text"):
        return None
    said = bracketed(values)
    html = fill_html(texts["email_html"], said) if texts.get("email_html") else None
    return Written(
        fill(texts["email_text"], said), " ".join(fill(texts["email_subject"], said).split()), html
    )
