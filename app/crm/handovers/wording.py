"""Says each line in one short sentence, in the language of the reader."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.core.i18n import text
from app.crm.cards.values import Card, Happened
from app.crm.cards.wording import say_day, say_state, say_text, say_title, say_what, say_why
from app.crm.handovers.policies import Colleague, HandoverCode, Line
from app.crm.status_lists.wording import say_reason, say_source, say_status

TABLE = "handover"
QUOTED_MAX = 200


def say_line(line: Line, card: Card, lang: str, zone: ZoneInfo) -> str:
    """The sentence of a line. Days and times are the company's."""
    said = {"when": _moment(line.at, zone), "day": say_day(line.on) if line.on else ""}
    if line.about:
        said |= _of_entry(line.about, lang)
    if line.code in (HandoverCode.STATUS, HandoverCode.NEXT_VISIT) and card.life:
        source = card.life.due_source
        said |= {
            "status": say_status(card.life.status, lang),
            "because": say_reason(card.life.reason, card.life.params, lang),
            "source": say_source(source, lang) if source else "",
        }
    return text(lang, TABLE, line.code, **said).replace(" .", ".").strip()


def _of_entry(about: Happened, lang: str) -> dict[str, str]:
    row = about.row
    return {
        "title": say_title(row, lang),
        "state": say_state(row, lang),
        "sort": say_what(row, lang) or say_title(row, lang),
        "because": say_why(row, lang),
        "who": about.person or text(lang, TABLE, "the_client"),
        "words": _quoted(say_text(row), lang),
    }


def _quoted(words: str, lang: str) -> str:
    """What was said, in quotation marks. A long text is cut."""
    if not words:
        return ""
    cut = words if len(words) <= QUOTED_MAX else f"{words[: QUOTED_MAX - 1].rstrip()}…"
    return text(lang, TABLE, "quoted", words=cut)


def _moment(moment: datetime | None, zone: ZoneInfo) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return f"{say_day(local.date())} {local:%H:%M}"


def say_role(colleague: Colleague, lang: str, zone: ZoneInfo) -> str:
    """Why this person can tell more."""
    row = colleague.about.row
    day: date = (row.due_at or row.at).astimezone(zone).date()
    return text(lang, TABLE, colleague.role, title=say_title(row, lang), day=say_day(day))
