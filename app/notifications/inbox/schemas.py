from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from babel.dates import format_date

from app.core.i18n import text
from app.http.schemas import Out
from app.notifications.inbox.models import InboxItem
from app.notifications.messages.wording import format_in_both_zones


class InboxItemOut(Out):
    id: UUID
    audience: str
    kind: str
    title: str
    """In the reader's language."""
    subject_kind: str
    subject_id: UUID
    params: dict[str, Any]
    created_at: datetime
    done_at: datetime | None
    done_by: UUID | None

    @classmethod
    def of(cls, item: InboxItem, *, lang: str, timezone: str) -> Self:
        return cls(
            id=item.id,
            audience=item.audience,
            kind=item.kind,
            title=text(lang, "inbox", item.kind, **_in_words(item.params, lang, timezone)),
            subject_kind=item.subject_kind,
            subject_id=item.subject_id,
            params=item.params,
            created_at=item.created_at,
            done_at=item.done_at,
            done_by=item.done_by,
        )


def _in_words(params: Mapping[str, Any], lang: str, timezone: str) -> dict[str, Any]:
    """The parameters as words: moments (`…_at`) and dates (`…_on`) in the company's zone, and reasons to decline.

    With `site_zone`, moments are also said in the zone of the site, if clocks show another time there.
    `when` is the start of the visit in brackets, or nothing.
    """
    words = dict(params)
    site_zone = params.get("site_zone", timezone)
    for name, value in params.items():
        if name.endswith("_at"):
            moment = datetime.fromisoformat(value)
            words[name] = format_in_both_zones(moment, timezone=timezone, site_zone=site_zone, lang=lang)
        elif name.endswith("_on"):
            words[name] = format_date(date.fromisoformat(value), "d MMMM", locale=lang)
        elif name == "reason":
            code, _, comment = value.partition(": ")
            words[name] = ": ".join(filter(None, [text(lang, "declined", code), comment]))
    words["when"] = f" ({words['starts_at']})" if "starts_at" in words else ""
    return words
