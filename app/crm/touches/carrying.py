"""Carries out touches whose time has come: judges them by how things stand now, and writes or gives a task."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app.clients import api as clients
from app.clients.api import Asked, ClientFacts, permissions_of
from app.crm.invites.for_plans import NeedToMeet, PlanWish, Verdict, invite_for_plans
from app.crm.invites.policies import NotInvited
from app.crm.invites.releasing import SUBJECT as INVITATION
from app.crm.plans.policies import PlanStatus
from app.crm.plans.values import MessageToSend, PlanContent, Responsible, TaskToDo, TouchStep
from app.crm.responsible.finding import find_person
from app.crm.tasks.policies import TaskKind
from app.crm.tasks.service import NewTask, open_task
from app.crm.touches import queries
from app.crm.touches.ending import end_plans, end_touch
from app.crm.touches.inside import about, content_of, find_known_of, inside_of
from app.crm.touches.policies.inviting import invites, next_look
from app.crm.touches.policies.judging import Decision, Inside, Known, Reason, judge
from app.crm.touches.policies.schedule import dies_at
from app.crm.touches.queries import DueTouch
from app.crm.touches.values import TouchStatus
from app.crm.touches.wording import needs_together, words_for
from app.db.session import Session
from app.db.sweeps import QueueJob
from app.db.work import work_in
from app.identity import api as identity
from app.notifications.api import (
    Channel,
    LegalClass,
    PublishedText,
    Rung,
    find_published,
    plan_touch,
    stop_messages,
)

AT_ONCE = 20
LOOK_AT_WAITING = timedelta(minutes=1)
"""How soon it is seen that a message has to wait, where the plan wants something else instead."""
INVITED_AGAIN = timedelta(minutes=10)
"""How soon it is seen whether an earlier invitation has left."""
TALK_WITHIN = timedelta(days=90)
"""Until when somebody shall have spoken with a client of whom no visit is planned."""
TALK_PATIENCE = timedelta(days=3)
WAITS_FOR = {"quiet": Reason.QUIET, "cap": Reason.CAP}


async def carry_out_due(session: Session, company_id: UUID, now: datetime, _: QueueJob) -> int:
    """Sweep `touch`: each touch by itself, and its plan ends for the client if it has ended."""
    found = await queries.take_due(session, company_id, now=now, limit=AT_ONCE)
    if not found:
        return 0
    contents = {one.touch.id: content_of(one.content) for one in found}
    asked = [about(one.enrolment, contents[one.touch.id]) for one in found]
    known = await find_known_of(session, company_id, asked, now=now)
    doubles = await queries.find_doubles(session, company_id, {one.enrolment.id for one in found})
    kinds = [step.message.template for one in contents.values() for step in one.steps if step.message]
    texts = await find_published(session, company_id, kinds)
    stops: dict[UUID, str] = {}
    inviting: list[Carrier] = []
    for due, stand in zip(found, known, strict=True):
        if due.enrolment.id in stops or due.enrolment.ended_at is not None:
            continue
        carrier = Carrier(session, due, contents[due.touch.id], stand, texts, now=now)
        stop = await carrier.carry_out(is_double=due.enrolment.id in doubles)
        if stop is not None:
            stops[due.enrolment.id] = stop
        elif carrier.invitation is not None:
            inviting.append(carrier)
    await _invite(session, company_id, inviting, now=now)
    await session.flush()
    await end_plans(session, company_id, stops, now=now)
    return len(found)


async def _invite(
    session: Session, company_id: UUID, inviting: Sequence["Carrier"], *, now: datetime
) -> None:
    """Invitations of one sweep together, so that free hours are counted once."""
    wishes = {one: one.invitation.wish for one in inviting if one.invitation and one.invitation.wish}
    if not wishes:
        return
    verdicts = await invite_for_plans(session, company_id, list(wishes.values()), now=now)
    for carrier, wish in wishes.items():
        await carrier.go_on(verdicts[wish.touch_id])


class Letter(NamedTuple):
    """A message that may go as far as consents are concerned."""

    step: TouchStep
    message: MessageToSend
    client: ClientFacts
    rungs: Sequence[Rung]
    legal_class: LegalClass
    wish: PlanWish | None = None
    """It invites to a visit."""


class Carrier:
    """One touch whose time has come."""

    invitation: Letter | None = None
    """It goes if the client may be invited, and somebody has time for him."""

    def __init__(
        self,
        session: Session,
        due: DueTouch,
        content: PlanContent,
        known: Known,
        texts: Mapping[str, PublishedText],
        *,
        now: datetime,
    ) -> None:
        self._session = session
        self._due = due
        self._content = content
        self._known = known
        self._texts = texts
        self._now = now
        self._company_id = due.touch.company_id

    async def carry_out(self, *, is_double: bool) -> str | None:
        """Do what is due. Returns why the plan ends for him, if it does."""
        touch, step = self._due.touch, self._step()
        if touch.status == TouchStatus.QUEUED:
            await self._look_at_waiting(step)
            return None
        decision = judge(
            step,
            self._content,
            inside_of(self._due.enrolment, is_double=is_double),
            self._known,
            due_at=touch.due_at,
            attempt=touch.attempt,
            legal_class=self._class_of(step),
            plan_status=PlanStatus(self._due.plan.status),
            now=self._now,
        )
        if decision.stop is not None:
            return decision.stop
        if not await self._is_held_up(decision):
            await self._begin(step)
        return None

    def _step(self) -> TouchStep:
        step = self._content.step(self._due.touch.step)
        if step is None:
            raise LookupError("a version of a plan lost a step")
        return step

    def _class_of(self, step: TouchStep) -> LegalClass | None:
        text = self._texts.get(step.message.template) if step.message else None
        return text.legal_class if text else None

    async def _is_held_up(self, decision: Decision) -> bool:
        """Whether it does not go now."""
        touch = self._due.touch
        if decision.skip is not None:
            has_waited = decision.skip == Reason.EXPIRED and touch.detail == Reason.NO_TIME
            await self._skip(Reason.NO_TIME if has_waited else decision.skip, decision.detail)
            return True
        if decision.until is not None:
            touch.look_at = decision.until
            touch.due_at = decision.due_at or touch.due_at
            touch.detail = decision.detail
            return True
        return False

    async def _begin(self, step: TouchStep) -> None:
        if step.task is not None:
            await self._give_task(step.task)
        elif step.message is not None:
            await self._write(step, step.message)

    async def _skip(self, reason: Reason, detail: str = "") -> None:
        await end_touch(
            self._session,
            self._due,
            self._known,
            TouchStatus.SKIPPED,
            reason=reason,
            detail=detail,
            now=self._now,
        )

    async def _write(self, step: TouchStep, message: MessageToSend) -> None:
        if (text := self._texts.get(message.template)) is None:
            await self._skip(Reason.NO_TEXT)
            return
        client = await clients.get_client(self._session, self._company_id, self._known.client_id)
        rungs = rungs_for(message, client)
        if not rungs:
            await self._skip(Reason.CONTACT)
            return
        allowed, refusal = await self._allowed(rungs, text.legal_class)
        if allowed:
            letter = Letter(step, message, client, allowed, text.legal_class)
            await self._send(letter._replace(wish=self._wish(letter)))
        elif refusal == Reason.CONSENT and message.without_consent == "task":
            await self.speak_about_it(Reason.CONSENT)
        else:
            await self._skip(refusal)

    async def _allowed(self, rungs: list[Rung], legal_class: LegalClass) -> tuple[list[Rung], Reason]:
        """The channels by which he may be written to, or why he may by none. It is asked again at sending."""
        asked = [Asked(self._known.client_id, legal_class, rung.channel, rung.address) for rung in rungs]
        async with work_in(self._session, self._company_id) as work:
            answers = await permissions_of(work, asked, now=self._now)
        allowed = [
            rung
            for rung, answer in zip(rungs, answers, strict=True)
            if answer.allowed or answer.reason == Reason.QUIET
        ]
        reasons = [Reason(answer.reason) for answer in answers if not answer.allowed]
        return allowed, min(reasons, key=list(Reason).index, default=Reason.CONSENT)

    async def _send(self, letter: Letter) -> None:
        if letter.wish is None:
            await self._queue(letter, "touch", self._due.touch.id)
        else:
            self.invitation = letter

    def _wish(self, letter: Letter) -> PlanWish | None:
        """Whom the message invites to what. None: it is no invitation, or nothing of his is known to come due."""
        touch, plan, inside = self._due.touch, self._due.plan, self._inside
        needs = needs_together(self._known.needs, inside.need)
        if not needs or not invites(letter.step, self._content, letter.legal_class):
            return None
        dies = dies_at(letter.step, touch.due_at or self._now, inside.zone)
        return PlanWish(
            touch_id=touch.id,
            client_id=self._known.client_id,
            needs=[NeedToMeet(*one) for one in needs],
            until=dies.astimezone(inside.zone).date(),
            free_within_days=letter.message.free_within_days,
            batch_id=plan.batch_id,
            released_by=plan.released_by,
        )

    async def go_on(self, verdict: Verdict) -> None:
        """Send the invitation, if he is invited. One that is too early, or for which nobody is free, waits."""
        touch, letter = self._due.touch, self.invitation
        if letter is None:
            return
        if verdict.invitation_id is not None:
            await self._queue(letter, INVITATION, verdict.invitation_id)
        elif verdict.why_not == NotInvited.WAITS:
            touch.look_at, touch.detail = self._now + INVITED_AGAIN, Reason.INVITED
        elif (at := self._next_look(letter.step, verdict.again_in_days)) is not None:
            touch.look_at, touch.detail = at, Reason(verdict.why_not or NotInvited.NO_TIME)
        else:
            await self._skip(Reason(verdict.why_not or NotInvited.NO_TIME))

    def _next_look(self, step: TouchStep, days: int | None) -> datetime | None:
        dies = dies_at(step, self._due.touch.due_at or self._now, self._inside.zone)
        return None if days is None else next_look(now=self._now, dies_at=dies, days=days)

    @property
    def _inside(self) -> Inside:
        return inside_of(self._due.enrolment, is_double=False)

    async def _queue(self, letter: Letter, subject_kind: str, subject_id: UUID) -> None:
        touch, plan, inside = self._due.touch, self._due.plan, self._inside
        message, client = letter.message, letter.client
        company = await identity.get_entered_company(self._session, self._company_id)
        row = plan_touch(
            message.template,
            await words_for(self._session, company, client, self._known, need=inside.need, zone=inside.zone),
            client_id=client.id,
            rungs=letter.rungs,
            lang=client.lang,
            sender=company.sms_sender,
            subject_kind=subject_kind,
            subject_id=subject_id,
            occurrence=f"{touch.id} {self._now.isoformat()}",
            batch_id=plan.batch_id if letter.legal_class == LegalClass.MARKETING else None,
            timezone=inside.zone.key,
            send_at=self._now,
            not_after=dies_at(letter.step, touch.due_at or self._now, inside.zone),
            now=self._now,
        )
        async with work_in(self._session, self._company_id) as work:
            work.write(row)
        is_watched = (message.on_capped, message.on_quiet) != ("wait", "wait")
        touch.status, touch.message_id, touch.detail = TouchStatus.QUEUED, row.row["id"], ""
        touch.channel = letter.rungs[0].channel
        touch.look_at = self._now + LOOK_AT_WAITING if is_watched else None

    async def _give_task(self, task: TaskToDo) -> None:
        """Whoever the rule finds is responsible; without anybody the supervisors get it."""
        responsible_id = await self._find(task.responsible)
        deputy_id = await self._find(task.deputy, is_deputy=True)
        await self._open(
            NewTask(
                client_id=self._known.client_id,
                kind=TaskKind.TOUCH,
                channel=task.channel,
                due_at=self._now,
                responsible_id=responsible_id,
                deputy_id=deputy_id if deputy_id != responsible_id else None,
                patience=timedelta(minutes=task.escalate_after_min),
                note=task.note,
                params={"plan": self._due.plan.name},
            )
        )

    async def speak_about_it(self, reason: Reason) -> None:
        """He must not be written to, so somebody speaks about it when they meet next: at a visit, if one is planned."""
        visit = await queries.find_next_visit(
            self._session, self._company_id, self._known.client_id, now=self._now
        )
        owner_id = await self._find(Responsible(by="owner"))
        worker_id = visit.worker_id if visit else None
        self._due.touch.reason = reason
        await self._open(
            NewTask(
                client_id=self._known.client_id,
                kind=TaskKind.SPEAK_ABOUT,
                channel="talk",
                due_at=visit.starts_at if visit else self._now + TALK_WITHIN,
                responsible_id=worker_id or owner_id,
                deputy_id=owner_id if worker_id and owner_id != worker_id else None,
                patience=TALK_PATIENCE,
                params={"plan": self._due.plan.name},
            )
        )

    async def _find(self, rule: Responsible | None, *, is_deputy: bool = False) -> UUID | None:
        return await find_person(
            self._session,
            self._company_id,
            rule,
            client_id=self._known.client_id,
            owner_role=self._content.owner_role,
            is_deputy=is_deputy,
            now=self._now,
        )

    async def _open(self, new: NewTask) -> None:
        touch = self._due.touch
        about_touch = new._replace(subject_kind="touch", subject_id=touch.id)
        task = await open_task(self._session, self._company_id, about_touch, opened_by=None, now=self._now)
        touch.status, touch.look_at = TouchStatus.OPEN, None
        touch.task_id = task.id if task else touch.task_id

    async def _look_at_waiting(self, step: TouchStep) -> None:
        """A message that has to wait is left out or becomes a task, if the plan wants that."""
        touch, message = self._due.touch, step.message
        if touch.message_id is None or message is None:
            touch.look_at = None
            return
        status, why = await queries.get_waiting_reason(self._session, self._company_id, touch.message_id)
        wish = {"quiet": message.on_quiet, "cap": message.on_capped}.get(why or "", "wait")
        if status != "queued" or wish == "wait":
            touch.look_at = self._now + LOOK_AT_WAITING * 10 if status == "queued" else None
            return
        reason = WAITS_FOR[why or ""]
        async with work_in(self._session, self._company_id) as work:
            gone = await stop_messages(work, {touch.message_id: reason})
        touch.look_at = None
        if touch.message_id in gone and wish == "task":
            await self.speak_about_it(reason)
        elif touch.message_id in gone:
            await self._skip(reason)


def rungs_for(message: MessageToSend, client: ClientFacts) -> list[Rung]:
    """The channels of a step by which this client can be reached."""
    emails = [one for one in client.contacts if one.kind == "email"]
    email = next((one.value for one in emails if one.is_primary), emails[0].value if emails else None)
    addresses = {Channel.SMS: client.sms_phone, Channel.EMAIL: email}
    found = [(Channel(one.channel), one.give_up_after_min) for one in message.channels]
    return [
        Rung(channel, address, minutes * 60 if minutes else None)
        for channel, minutes in found
        if (address := addresses[channel]) is not None
    ]
