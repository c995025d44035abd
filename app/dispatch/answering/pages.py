"""The small page behind a link: who comes, when and where. It works without scripts, and reading it changes nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_date
from litestar import Request, Response
from litestar.types import ExceptionHandlersMap

from app.core.errors import NotFound
from app.core.i18n import text
from app.core.phones import say_phone
from app.dispatch.answering.service import OpenedVisit
from app.dispatch.answering.way import way_of
from app.dispatch.confirmation.policies import LINK_LIVES
from app.dispatch.telling.facts import VisitToTell
from app.dispatch.telling.wording import short_address
from app.dispatch.visits.policies import DONE, Phase
from app.documents.api import page, refusals_as_pages
from app.notifications.api import format_day, format_time, format_time_range

FOLDER = Path(__file__).parent / "templates"
LONG_DAY = {"ru": "EEEE, d MMMM", "en": "EEEE, d MMMM"}
LOCALES = {"ru": "ru_RU", "en": "en_GB"}
REASONS = ["no_time", "changed_mind", "other_company", "price", "not_ready", "other"]
"""Why a client cancels: each has a text."""
MOVABLE = ("ahead", "yes", "no", "move")
"""States of a visit that a client may still confirm, move or cancel."""


LIVE = ("ahead", "yes", Phase.ON_THE_WAY, Phase.THERE)
LIVE_BEFORE = timedelta(hours=3)


class Shown(NamedTuple):
    """What every page about a visit says."""

    what: str
    company: str
    phone: str
    """Of the company, as people write it. Empty: it has none."""
    phone_to_dial: str
    day: str
    window: str
    who: str
    place: str
    expected: str | None


class DayToChoose(NamedTuple):
    day: str
    times: Sequence[tuple[int, str]]
    """Seconds since 1970, and the window in words."""


def visit_page(code: str, opened: OpenedVisit, *, now: datetime, why: str | None = None) -> Response[str]:
    """`why` is the code of what was not done; answered with 409."""
    visit = opened.visit
    state = state_of(visit, now=now)
    zone, home = visit.site_zone, opened.around.home
    way = way_of(opened.rough, home, zone=zone, lang=visit.lang, now=now) if opened.rough else None
    return _page(
        "visit.html",
        code,
        opened,
        status_code=409 if why else 200,
        state=state,
        says="is_moved" if state == "yes" and opened.around.moved else f"is_{state}",
        on=_on(visit.window_starts_at, visit),
        is_open=state in MOVABLE,
        no_moves=None if why else opened.why_no_moves(now),
        may_move=may_move(opened, now=now),
        why=why,
        live=is_live(visit, state, now=now),
        way=way,
        has_choices=opened.has_choices,
        is_long_ago=visit.window_ends_at + LINK_LIVES <= now,
        expected_key="expected" if visit.expected_at and visit.expected_at > now else "expected_before",
    )


def may_move(opened: OpenedVisit, *, now: datetime) -> bool:
    """Whether he may move the visit by himself."""
    return state_of(opened.visit, now=now) in MOVABLE and opened.why_no_moves(now) is None


def is_moved_to(opened: OpenedVisit, wanted: datetime) -> bool:
    """Whether the client has moved the visit to that time already."""
    return opened.around.moved > 0 and opened.visit.window_starts_at == wanted


def is_live(visit: VisitToTell, state: str, *, now: datetime) -> bool:
    """Whether an open page asks what has changed: from some hours before the visit until its work is done."""
    return state in LIVE and now >= visit.window_starts_at - LIVE_BEFORE


def state_of(visit: VisitToTell, *, now: datetime) -> str:
    """Key of the sentence that says how things stand."""
    phase = visit.truth.phase
    if visit.status in DONE:
        return "done"
    if phase != Phase.AHEAD:
        return str(phase)
    if visit.window_ends_at <= now:
        return "over"
    return visit.client_answer or "ahead"


def times_page(
    code: str, opened: OpenedVisit, moments: Sequence[datetime], *, why: str | None = None
) -> Response[str]:
    """Times to choose from, by day."""
    visit = opened.visit
    zone, length = ZoneInfo(visit.site_zone), visit.window_ends_at - visit.window_starts_at
    days = [
        DayToChoose(
            _day(day[0], visit),
            [(int(one.timestamp()), _short_range(one, one + length, visit)) for one in day],
        )
        for _, some in groupby(moments, lambda one: one.astimezone(zone).date())
        for day in [list(some)]
    ]
    return _page("visit_times.html", code, opened, status_code=409 if why else 200, days=days, why=why)


def move_page(code: str, opened: OpenedVisit, wanted: datetime) -> Response[str]:
    """Asks whether to move the visit to that time."""
    visit = opened.visit
    weekday = format_date(wanted.astimezone(ZoneInfo(visit.site_zone)), "EEEE", locale=LOCALES[visit.lang])
    facts = {"to": _on(wanted, visit), "weekday": weekday, "wanted": int(wanted.timestamp())}
    return _page("visit_move.html", code, opened, status_code=200, why=None, **facts)


def cancel_page(code: str, opened: OpenedVisit, *, why: str | None = None) -> Response[str]:
    return _page("visit_cancel.html", code, opened, status_code=409 if why else 200, reasons=REASONS, why=why)


def unknown_page() -> Response[str]:
    """In both languages: nobody knows who has opened it."""
    return page(
        "visit_unknown.html",
        lang="ru",
        status_code=404,
        folder=FOLDER,
        en=lambda key: text("en", "visit_page", key),
    )


def refusals() -> ExceptionHandlersMap:
    """For routers of pages behind a client's link. Whoever opens one that is none gets a page in both languages."""

    def on_unknown(_: Request[Any, Any, Any], __: NotFound) -> Response[str]:
        return unknown_page()

    return dict(refusals_as_pages("visit")) | {NotFound: on_unknown}


def _page(
    template: str, code: str, opened: OpenedVisit, *, status_code: int, why: str | None, **facts: Any
) -> Response[str]:
    lang = opened.visit.lang
    return page(
        template,
        lang=lang,
        status_code=status_code,
        folder=FOLDER,
        brand=opened.brand,
        chosen=opened.chosen,
        path=f"/v/{code}",
        visit=shown_of(opened),
        seen=int(opened.visit.window_starts_at.timestamp()),
        why=text(lang, "words", why) if why else None,
        **facts,
    )


def shown_of(opened: OpenedVisit) -> Shown:
    """The facts of a visit as its client reads them."""
    visit, phone = opened.visit, opened.around.company_phone
    expected = visit.expected_at
    day, window = _when(visit, opened.around.done_at)
    return Shown(
        what=text(visit.lang, "visits", visit.job_kind),
        company=visit.company,
        phone=say_phone(phone, visit.lang) if phone else "",
        phone_to_dial=phone.partition(",")[0].partition(";")[0],
        day=day,
        window=window,
        who=who_comes(visit),
        place=short_address(visit.address, visit.apartment, lang=visit.lang),
        expected=format_time(expected, timezone=visit.site_zone) if expected else None,
    )


def _when(visit: VisitToTell, done_at: datetime | None) -> tuple[str, str]:
    """The day and the window. If the work was done before the window or on another day: when it was done."""
    zone = visit.site_zone
    planned = visit.window_starts_at
    if done_at is not None and (done_at < planned or _day(done_at, visit) != _day(planned, visit)):
        time = format_time(done_at, timezone=zone)
        return _day(done_at, visit), text(visit.lang, "visit_page", "done_at", time=time)
    window = format_time_range(planned, visit.window_ends_at, timezone=zone, lang=visit.lang)
    return _day(planned, visit), window


def who_comes(visit: VisitToTell) -> str:
    """The crew by its name, a worker by his first name. Empty: nobody has accepted yet."""
    if visit.truth.who is None:
        return ""
    return visit.crew or (visit.worker or "").partition(" ")[0]


def _on(window_starts_at: datetime, visit: VisitToTell) -> str:
    """The day and the window of the visit if it began then, as a message says them."""
    length = visit.window_ends_at - visit.window_starts_at
    day = format_day(window_starts_at, timezone=visit.site_zone, lang=visit.lang)
    until = window_starts_at + length
    return f"{day} {format_time_range(window_starts_at, until, timezone=visit.site_zone, lang=visit.lang)}"


def _short_range(since: datetime, until: datetime, visit: VisitToTell) -> str:
    """Two of them stand beside each other on a phone."""
    return "–".join(format_time(one, timezone=visit.site_zone) for one in (since, until))


def _day(moment: datetime, visit: VisitToTell) -> str:
    local = moment.astimezone(ZoneInfo(visit.site_zone))
    return format_date(local, LONG_DAY[visit.lang], locale=LOCALES[visit.lang])


def says_why(reason: str, comment: str, lang: str) -> str:
    """The reason of a cancellation as the office reads it."""
    return ": ".join(filter(None, [text(lang, "cancel_reasons", reason), comment.strip()]))
