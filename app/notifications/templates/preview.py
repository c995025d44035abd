"""Shows what a template looks like with samples, how many SMS it costs and how much that is."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from app.core.i18n import has_text, text
from app.notifications.channels.protocol import Channel
from app.notifications.channels.sms.segments import Segments, count_segments
from app.notifications.kinds import is_of_product
from app.notifications.templates.composing import Written, write_from
from app.notifications.templates.policies import LANGS, known_variables


class Shown(NamedTuple):
    """A template in one language."""

    lang: str
    sms: str | None
    """With the usual samples."""
    longest: Segments | None
    """Of the SMS with the longest samples."""
    email: Written | None


def samples_of(kind: str, content: Mapping[str, Any], lang: str, *, longest: bool = False) -> dict[str, str]:
    """A sample for each variable of the template."""
    names = known_variables(kind, content)
    if is_of_product(kind):
        return {name: _of_product(lang, name, longest=longest) for name in names}
    declared: Mapping[str, Any] = content["variables"]
    given = {name: declared[name].get(lang) or declared[name]["ru"] for name in names}
    return {name: max(some, key=_length) if longest else some[0] for name, some in given.items()}


def _of_product(lang: str, name: str, *, longest: bool) -> str:
    is_long = longest and has_text(lang, "samples_long", name)
    return text(lang, "samples_long" if is_long else "samples", name)


def _length(sample: str) -> int:
    return count_segments(sample).units


def show(kind: str, content: Mapping[str, Any]) -> list[Shown]:
    """The template in each language in which it is written."""
    return [_show(kind, content, lang) for lang in LANGS if content.get(lang)]


def _show(kind: str, content: Mapping[str, Any], lang: str) -> Shown:
    usual = samples_of(kind, content, lang)
    sms = write_from(content, lang, Channel.SMS, usual)
    long = write_from(content, lang, Channel.SMS, samples_of(kind, content, lang, longest=True))
    return Shown(
        lang=lang,
        sms=sms.body if sms else None,
        longest=count_segments(long.body) if long else None,
        email=write_from(content, lang, Channel.EMAIL, usual),
    )
