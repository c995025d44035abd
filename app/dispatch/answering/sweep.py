"""Cancels visits whose clients have answered «no» by SMS and written nothing else since."""

from datetime import datetime
from uuid import UUID

from app.core.changes import Update
from app.core.clock import Clock
from app.db.session import Sessions
from app.db.work import Work, begin_work
from app.dispatch.answering import policies, queries
from app.dispatch.answering.policies import Answer
from app.dispatch.answering.queries import Waiting
from app.dispatch.confirmation.policies import Channel, Says
from app.dispatch.scheduling.service import carry_out_for, read_scheduled
from app.notifications.api import InboxKind, add_item

AT_ONCE = 20


async def cancel_refused_visits(sessions: Sessions, company_id: UUID, clock: Clock) -> int:
    """Sweep `answer`. Each visit is locked before its answer is looked at again, as every command locks it first."""
    async with begin_work(sessions, company_id) as work:
        due = await work.all(queries.DUE_ANSWERS, now=clock.now(), at_most=AT_ONCE)
    for one in due:
        async with begin_work(sessions, company_id) as work:
            await _act(work, one, now=clock.now())
    return len(due)


async def _act(work: Work, waiting: Waiting, *, now: datetime) -> None:
    facts = await read_scheduled(work, waiting.visit_id)
    if await work.one(queries.STILL_DUE, answer=waiting.id) is None:
        return  # he has written something else, or another process was faster
    around = await work.one(queries.SURROUNDINGS, visit=waiting.visit_id)
    assert around is not None  # noqa: S101  # the visit is there
    work.write(Update("visit_answer", {"id": waiting.id}, {"act_at": None}))
    answer = Answer(Says.NO, Channel.SMS, waiting.window_starts_at, words=waiting.words)
    why = policies.why_not(facts.visit, answer, now=now)
    if why is None:
        outcome = policies.cancel_for(facts.visit, facts.offer, answer, around.place, now=now)
        await carry_out_for(work, facts, outcome)
    elif why != "visit_is_canceled":
        more = {"said": answer.words, "why": why}
        item, news = add_item(
            policies.item_about(facts.visit, InboxKind.ANSWER_NOT_TAKEN, around.place, now=now, **more)
        )
        work.write(item)
        work.announce(news)
