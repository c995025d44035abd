"""Whether a message about a visit is still true when it is sent.

The office may have changed the visit a moment ago, and neither the sweep `telling` nor the listener of the offer has
seen it yet. Without this question the message would leave, and a second one would take it back.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from app.db.work import Work
from app.dispatch.telling import queries
from app.dispatch.telling.handlers import OFFER_MESSAGES
from app.dispatch.telling.sweep import decide_about
from app.dispatch.visits.states import HOLD
from app.notifications.api import Ruling, Subject


class VisitsAreAsTold:
    """Visits and offers decide, read in the transaction that claims the messages."""

    async def rule(self, work: Work, subjects: Sequence[Subject], *, now: datetime) -> Mapping[UUID, Ruling]:
        """By message: why it does not go, or not yet."""
        about_offers = {one.message_id: one.subject_id for one in subjects if one.kind in OFFER_MESSAGES}
        about_visits = {one.message_id: one.subject_id for one in subjects if one.subject_kind == "visit"}
        return {
            **(await _offers_that_ended(work, about_offers) if about_offers else {}),
            **(await _visits_that_changed(work, about_visits, now=now) if about_visits else {}),
        }


async def _offers_that_ended(work: Work, about: Mapping[UUID, UUID]) -> dict[UUID, Ruling]:
    """Nobody is asked to answer an offer that has its answer or is withdrawn."""
    ended = dict(await work.all(queries.ENDED_OFFERS, offers=sorted(set(about.values()))))
    return {
        message_id: Ruling(f"offer_{ended[offer_id]}")
        for message_id, offer_id in about.items()
        if offer_id in ended
    }


async def _visits_that_changed(
    work: Work, about: Mapping[UUID, UUID], *, now: datetime
) -> dict[UUID, Ruling]:
    """What the sweep `telling` will stop waits for it, if it is about to look. Nobody else stops a message."""
    changed = await work.all(queries.TELLINGS_DUE_SOON, visits=sorted(set(about.values())), until=now + HOLD)
    decided = await decide_about(work, changed, now=now) if changed else []
    stopped = {message_id for one in decided for message_id in one.decision.stop}
    return {message_id: Ruling("visit_changed", until=now + HOLD) for message_id in stopped & about.keys()}
