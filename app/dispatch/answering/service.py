"""What clients answer about their visits: by a link, by SMS, or told to somebody in the office."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Self
from uuid import UUID

from app.core.scope import Scope
from app.db.damage import Transactions
from app.db.session import Session, enter_company
from app.db.work import ChangedMeanwhile, Work, work_in
from app.dispatch.answering import policies, queries, times
from app.dispatch.answering.policies import Answer, VisitLinkNotFound, VisitQuestion
from app.dispatch.answering.queries import OpenedLink, Question, Surroundings
from app.dispatch.answering.times import TimeTaken
from app.dispatch.answering.understanding import understood
from app.dispatch.answering.way import FindRoughPlace, RoughPlace, may_be_shown
from app.dispatch.confirmation.links import Links
from app.dispatch.confirmation.policies import Channel, Says, is_link_alive
from app.dispatch.gate.policies import WorkerBusy
from app.dispatch.scheduling.service import carry_out_for, read_scheduled
from app.dispatch.telling.facts import VisitToTell
from app.dispatch.telling.queries import VISITS_TO_TELL
from app.dispatch.visits.policies import AHEAD, VisitStatus
from app.dispatch.visits.queries import find_visits
from app.dispatch.visits.service import carry_out
from app.dispatch.visits.states import VisitState
from app.documents.api import Brand
from app.notifications.api import InboxKind, settle_items

ANSWERED_WITHIN = timedelta(days=7)
"""An SMS answers a message of the last days."""
TRIES = 3
"""So often a move is tried when others take the same people at the same moment."""


class OpenedVisit(NamedTuple):
    """What the page behind a link shows."""

    company_id: UUID
    link: OpenedLink
    visit: VisitToTell
    around: Surroundings
    rough: RoughPlace | None = None
    """Where whoever has set out to it is."""
    chosen: str | None = None
    """The language that he has chosen on a page."""

    def said_in(self, lang: str) -> Self:
        return self._replace(visit=self.visit._replace(lang=lang), chosen=lang)

    @property
    def has_choices(self) -> bool:
        """Whether he may choose what is heard at the client's number: the link came there. Whoever has another
        number of the card has no say about this one."""
        return self.visit.phone is not None and self.visit.phone == self.link.phone

    def why_no_moves(self, now: datetime) -> str | None:
        """Why the client cannot move the visit by himself: a code. None: he can."""
        around = self.around
        return policies.why_no_moves(
            self.visit.window_starts_at,
            around.rules,
            is_pinned=around.is_pinned,
            moved=around.moved,
            now=now,
        )

    @property
    def brand(self) -> Brand:
        """Stands on top of the page."""
        return Brand.made_of(self.company_id, self.visit.company, self.around.logo_sha256)

    def answer(self, says: Says, *, seen: datetime, words: str = "") -> Answer:
        """An answer to what he has seen on the page."""
        return Answer(says, Channel.LINK, seen, words=words, question=self.link.number)


async def open_link(
    session: Session, links: Links, find_rough_place: FindRoughPlace, written_code: str, *, now: datetime
) -> OpenedVisit:
    """The visit behind a link, of whatever company.

    Raises:
        VisitLinkNotFound: no such code, a misread one, one that is too old, or one that went to a number that is not
            the client's any more: the answer is the same.
    """
    code_hash = links.read(written_code)
    company_id = await queries.find_company_of_link(session, code_hash) if code_hash else None
    if code_hash is None or company_id is None:
        raise VisitLinkNotFound
    await enter_company(session, company_id)
    link = await queries.get_link(session, company_id, code_hash)
    if not link.is_of_client:
        raise VisitLinkNotFound
    async with work_in(session, company_id) as work:
        [visit] = await work.all(VISITS_TO_TELL, visits=[link.visit_id])
        around = await _surroundings(work, link.visit_id)
        is_alive = is_link_alive(window_ends_at=visit.window_ends_at, done_at=around.done_at, now=now)
        if link.expires_at <= now or not is_alive:
            raise VisitLinkNotFound
        rough = None
        if may_be_shown(visit, is_elsewhere=around.is_elsewhere, now=now):
            assert visit.worker_id is not None  # noqa: S101  # he has set out
            assert visit.departed_at is not None  # noqa: S101
            rough = await find_rough_place(
                work,
                worker_id=visit.worker_id,
                visit_id=visit.visit_id,
                departed_at=visit.departed_at,
                now=now,
            )
    return OpenedVisit(company_id, link, visit, around, rough)


async def get_visit_state(session: Session, opened: OpenedVisit) -> VisitState:
    [visit] = await find_visits(session, opened.company_id, [opened.link.visit_id])
    return visit


async def _surroundings(work: Work, visit_id: UUID) -> Surroundings:
    around = await work.one(queries.SURROUNDINGS, visit=visit_id)
    assert around is not None  # noqa: S101  # the visit is there
    return around


async def take_answer(
    session: Session, company_id: UUID, visit_id: UUID, answer: Answer, *, now: datetime
) -> str | None:
    """Keep an answer, and do what it asks for. Returns the code of why nothing was done; None: it counts.

    Raises:
        VisitNotFound: no such visit in this company.
    """
    async with work_in(session, company_id) as work:
        facts = await read_scheduled(work, visit_id)
        around = await _surroundings(work, visit_id)
        carry_out(work, policies.take(facts.visit, answer, around.place, around.rules, now=now))
    return policies.why_not(facts.visit, answer, now=now)


async def cancel_by_client(
    session: Session, company_id: UUID, visit_id: UUID, answer: Answer, *, now: datetime
) -> None:
    """The client cancels his visit. The job needs a new time, or is canceled by the office.

    Raises:
        AnswerNotTaken: the visit is not as he saw it, or somebody is on the way.
    """
    async with work_in(session, company_id) as work:
        facts = await read_scheduled(work, visit_id)
        around = await _surroundings(work, visit_id)
        outcome = policies.cancel(facts.visit, facts.offer, answer, around.place, now=now)
        await carry_out_for(work, facts, outcome)


async def move_by_client(
    transactions: Transactions,
    opened: OpenedVisit,
    answer: Answer,
    window_starts_at: datetime,
    *,
    now: datetime,
) -> None:
    """Move the visit to a time the client has chosen, if somebody is still free then.

    Raises:
        AnswerNotTaken, TimeTaken, VisitMoveRefused, NotReadyThen, JobNotPlannable, VisitTimeInvalid:
            see `times.move_to`.
    """
    for _ in range(TRIES):
        try:
            async with transactions() as session:
                await enter_company(session, opened.company_id)
                visit_id = opened.link.visit_id
                await times.move_to(session, opened.company_id, visit_id, answer, window_starts_at, now=now)
                return
        except (WorkerBusy, ChangedMeanwhile):
            continue
    raise TimeTaken


async def find_visit_question(
    work: Work, *, clients: Sequence[UUID], phone: str, now: datetime
) -> VisitQuestion | None:
    """The last that this number was told about a visit of these clients. None: nothing in the last days."""
    found = await _find_questions(work, clients, phone, now=now)
    if not found:
        return None
    last = found[0]
    is_ahead = last.status in (*AHEAD, VisitStatus.EN_ROUTE) and last.window_ends_at > now
    return VisitQuestion(last.told_at, is_ahead and last.has_window)


async def _find_questions(
    work: Work, clients: Sequence[UUID], phone: str, *, now: datetime
) -> Sequence[Question]:
    return await work.all(
        queries.QUESTIONS, clients=list(clients), phone=phone, before=now, after=now - ANSWERED_WITHIN
    )


async def take_sms(
    work: Work,
    *,
    clients: Sequence[UUID],
    phone: str,
    text: str,
    received_at: datetime,
    source_id: UUID,
    now: datetime,
) -> bool:
    """Take an SMS of somebody with this number as the answer to what he was last asked about a visit.

    Returns whether it can be about a visit at all. It answers the last message about one. What answers no question,
    or could answer two, a person reads.
    """
    found = await _find_questions(work, clients, phone, now=received_at)
    if not found:
        return False
    last = found[0]
    answer = Answer(
        _meaning(text, found),
        Channel.SMS,
        last.window_starts_at,
        words=text,
        question=last.number,
        source_id=source_id,
    )
    facts = await read_scheduled(work, last.visit_id)
    if await work.one(queries.ANSWER_OF, source=source_id) is not None:
        return True  # it came before
    around = await _surroundings(work, last.visit_id)
    carry_out(work, policies.take(facts.visit, answer, around.place, around.rules, now=now))
    return True


def _meaning(text: str, found: Sequence[Question]) -> Says:
    """What he means. Whoever was not asked about this window may agree to it, and no more."""
    last = found[0]
    if last.waits and any(one.asks and one.waits for one in found if one.visit_id != last.visit_id):
        return Says.UNCLEAR  # two visits, and he has answered about neither
    says = understood(text) or Says.UNCLEAR
    is_asked = any(one.asks and one.is_about(last) for one in found)
    return says if is_asked or says == Says.YES else Says.UNCLEAR


async def write_answer(
    session: Session, scope: Scope, *, visit_id: UUID, says: Says, words: str, now: datetime
) -> VisitState:
    """Somebody in the office was told what the client answers. What a «no» means for the visit, he decides.

    Raises:
        VisitNotFound: no such visit in this company.
        AnswerNotTaken: the visit is over or canceled.
    """
    async with work_in(session, scope.company_id) as work:
        facts = await read_scheduled(work, visit_id)
        around = await _surroundings(work, visit_id)
        answer = Answer(says, Channel.OFFICE, facts.visit.window_starts_at, words=words, by=scope.user_id)
        policies.check_takes(facts.visit, answer, now=now)
        work.write(settle_items([InboxKind.ANSWER_NOT_TAKEN], visit_id, now=now))
        return carry_out(work, policies.take(facts.visit, answer, around.place, around.rules, now=now))
