"""What an answer of a client does: values in, values out."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from app.contracts.dispatch import VisitAnswered
from app.contracts.event import Event
from app.core.changes import Change, Insert, Update
from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.dispatch.confirmation.policies import Channel, Rules, Says
from app.dispatch.offers.states import OfferState
from app.dispatch.scheduling import policies as scheduling
from app.dispatch.telling.facts import CLIENT_REFUSED
from app.dispatch.visits.policies import AHEAD, VisitStatus
from app.dispatch.visits.states import Outcome, VisitState, changed, entry
from app.notifications.api import InboxKind, Item, add_item, settle_items

WORDS_KEPT = 500
"""Characters of what a client wrote."""


class VisitLinkNotFound(NotFound):
    """No such link, or it is too old."""

    code = "visit_link_not_found"


class AnswerNotTaken(DomainError):
    """The answer of the client comes to nothing. `why` is a code with a text of its own."""

    code = "answer_not_taken"


class Answer(NamedTuple):
    """What a client answered, before anything was done."""

    says: Says
    channel: Channel
    window_starts_at: datetime
    """The beginning of the window that he was asked about or saw."""
    words: str = ""
    question: int | None = None
    source_id: UUID | None = None
    by: UUID | None = None
    """Who in the office wrote it down."""


class Place(NamedTuple):
    """What an inbox item about an answer says beside it."""

    site_zone: str
    phone: str


def why_not(visit: VisitState, answer: Answer, *, now: datetime) -> str | None:
    """Why an answer comes to nothing: a code. None: it counts."""
    if visit.status == VisitStatus.CANCELED:
        return "visit_is_canceled"
    if visit.window_starts_at != answer.window_starts_at:
        return "visit_is_moved"
    if visit.status == VisitStatus.EN_ROUTE:
        return None if answer.says == Says.YES else "worker_is_on_the_way"
    if visit.status not in AHEAD or visit.window_ends_at <= now:
        return "visit_is_over"
    return None


class VisitQuestion(NamedTuple):
    """The last that a number was told about a visit."""

    asked_at: datetime
    is_open: bool
    """An answer would count: the visit is as it was told, and is not over."""


def take(visit: VisitState, answer: Answer, place: Place, rules: Rules, *, now: datetime) -> Outcome:
    """Keep an answer, and do what it asks for. A «no» by SMS cancels the visit a little later."""
    why = why_not(visit, answer, now=now)
    if why is not None:
        return _kept_only(visit, answer, place, InboxKind.ANSWER_NOT_TAKEN, why=why, now=now)
    if answer.says == Says.UNCLEAR:
        return _kept_only(visit, answer, place, InboxKind.ANSWER_UNCLEAR, why=None, now=now)
    waits = answer.says == Says.NO and answer.channel == Channel.SMS
    act_at = now + timedelta(minutes=rules.cancel_after_min) if waits else None
    changes: list[Change] = [
        _only_the_last_counts(visit),
        _row(visit, answer, act_at=act_at, now=now),
        settle_items([InboxKind.CLIENT_WANTS_OTHER_TIME, InboxKind.ANSWER_UNCLEAR], visit.id, now=now),
        _line(visit, answer, now=now),
    ]
    news: list[Event] = []
    if answer.says == Says.MOVE:
        item, added = add_item(item_about(visit, InboxKind.CLIENT_WANTS_OTHER_TIME, place, now=now))
        changes.append(item)
        news.append(added)
    said = str(answer.says)
    news.append(VisitAnswered(visit_id=visit.id, says=said))
    return changed(visit, *changes, news=news, now=now, client_answer=said, client_answered_at=now)


def _kept_only(
    visit: VisitState, answer: Answer, place: Place, kind: InboxKind, *, why: str | None, now: datetime
) -> Outcome:
    """Nothing is done, and the dispatcher reads what the client wrote. What he clicked, the page has answered."""
    row = _row(visit, answer, why=why, now=now)
    if answer.channel == Channel.LINK:
        return Outcome(visit, [row])
    more = {"said": answer.words or str(answer.says)} | ({"why": why} if why else {})
    item, news = add_item(item_about(visit, kind, place, now=now, **more))
    return Outcome(visit, [row, item], [news])


def check_takes(visit: VisitState, answer: Answer, *, now: datetime) -> None:
    """Refuse an answer that comes to nothing.

    Raises:
        AnswerNotTaken: with the reason.
    """
    if (why := why_not(visit, answer, now=now)) is not None:
        raise AnswerNotTaken(why=why)


def cancel(
    visit: VisitState, offer: OfferState | None, answer: Answer, place: Place, *, now: datetime
) -> Outcome:
    """The client cancels the visit. He knows it, so he is not told; the dispatcher is.

    Raises:
        AnswerNotTaken: the worker is on his way, or the visit is over, moved or canceled.
    """
    check_takes(visit, answer, now=now)
    return cancel_for(visit, offer, answer, place, _row(visit, answer, now=now), now=now)


def cancel_for(
    visit: VisitState,
    offer: OfferState | None,
    answer: Answer,
    place: Place,
    *changes: Change,
    now: datetime,
) -> Outcome:
    """Cancel the visit for what the client has answered."""
    said = answer.words or "SMS"
    outcome = scheduling.cancel(visit, offer, reason=f"{CLIENT_REFUSED}: {said}", by=None, now=now)
    item, added = add_item(item_about(visit, InboxKind.CLIENT_CANCELED_VISIT, place, now=now, said=said))
    return outcome._replace(
        changes=[*outcome.changes, _only_the_last_counts(visit), *changes, item], news=[*outcome.news, added]
    )


def check_may_move(visit: VisitState, answer: Answer, rules: Rules, *, moved: int, now: datetime) -> None:
    """Refuse a move that the company does not leave to clients. `moved`: how often this one has done so.

    Raises:
        AnswerNotTaken: with the reason.
    """
    why = why_not(visit, answer, now=now) or why_no_moves(
        visit.window_starts_at, rules, is_pinned=visit.is_pinned, moved=moved, now=now
    )
    if why is not None:
        raise AnswerNotTaken(why=why)


def why_no_moves(
    window_starts_at: datetime, rules: Rules, *, is_pinned: bool, moved: int, now: datetime
) -> str | None:
    """Why a client cannot move his visit by himself: a code. None: he can. `moved`: how often he has done so."""
    if is_pinned or not rules.client_moves:
        return "moves_by_phone"
    if moved >= rules.client_moves:
        return "moved_too_often"
    if window_starts_at - now < timedelta(minutes=rules.move_until_min):
        return "moves_too_late"
    return None


def moved(was: VisitState, outcome: Outcome, answer: Answer, place: Place, *, now: datetime) -> Outcome:
    """`outcome` is the move."""
    at = {"was_at": was.window_starts_at.isoformat()}
    item, added = add_item(item_about(outcome.visit, InboxKind.CLIENT_MOVED_VISIT, place, now=now, **at))
    changes = [*outcome.changes, _only_the_last_counts(was), _row(was, answer, now=now), item]
    return outcome._replace(changes=changes, news=[*outcome.news, added])


def item_about(visit: VisitState, kind: InboxKind, place: Place, *, now: datetime, **more: str) -> Item:
    params: dict[str, Any] = {
        "starts_at": visit.window_starts_at.isoformat(),
        "site_zone": place.site_zone,
        "phone": place.phone,
        **more,
    }
    return Item("dispatcher", kind, "visit", visit.id, params, f"{uuid7()}")


def _only_the_last_counts(visit: VisitState) -> Update:
    """An earlier «no» no longer cancels the visit."""
    return Update("visit_answer", {"visit_id": visit.id, "says": Says.NO}, {"act_at": None})


def _row(
    visit: VisitState,
    answer: Answer,
    *,
    why: str | None = None,
    act_at: datetime | None = None,
    now: datetime,
) -> Insert:
    row = {
        "id": uuid7(),
        "visit_id": visit.id,
        "question": answer.question,
        "channel": answer.channel,
        "says": answer.says,
        "words": answer.words[:WORDS_KEPT],
        "window_starts_at": answer.window_starts_at,
        "refused_because": why,
        "source_id": answer.source_id,
        "answered_by": answer.by,
        "answered_at": now,
        "act_at": act_at,
    }
    return Insert("visit_answer", row)


def _line(visit: VisitState, answer: Answer, *, now: datetime) -> Insert:
    said = {"says": str(answer.says), "channel": str(answer.channel), "words": answer.words[:WORDS_KEPT]}
    return entry(visit.id, "client_answered", by=answer.by, now=now, payload=said)
