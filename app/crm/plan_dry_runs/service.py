"""Counts what the draft of a plan would do now: who would come in, what they would get, and what it costs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.clients import api as clients
from app.clients.api import Asked, ClientFacts, Permission, permissions_of
from app.core.errors import NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.crm.plan_dry_runs import queries
from app.crm.plan_dry_runs.models import PlanDryRun
from app.crm.plan_dry_runs.policies import (
    Reached,
    StepTally,
    is_withheld,
    longest_words,
    tally_message,
    times_of,
)
from app.crm.plan_intake.queries import find_needy, find_of_statuses
from app.crm.plans.policies import check_plan, check_texts
from app.crm.plans.service import draft_of, find_texts, get_plan
from app.crm.plans.values import PlanContent, TouchStep, Trigger
from app.crm.touches.carrying import rungs_for
from app.crm.touches.entering import earlier_of
from app.crm.touches.inside import content_of, find_known_of
from app.crm.touches.policies.entering import Earlier, is_too_late, may_enter
from app.crm.touches.policies.judging import Known, Need, failing, is_for
from app.crm.touches.policies.schedule import is_held_out
from app.crm.touches.queries import About
from app.db.session import Session
from app.db.sweeps import QueueJob
from app.db.work import work_in
from app.identity import api as identity
from app.notifications.api import LegalClass, PublishedText

CLIENTS_AT_ONCE = 200
"""Of one transaction."""
LATELY = timedelta(days=30)
"""A plan that begins with an event is counted for those to whom it happened in this time: about a month of it."""
LOOK_BACK = timedelta(days=400)


class PlanDryRunNotFound(NotFound):
    code = "plan_dry_run_not_found"


async def ask_for_dry_run(
    session: Session, scope: Scope, plan_id: UUID, *, segment_kop: int, now: datetime
) -> PlanDryRun:
    """Let the draft be counted in the background. Its texts must be published, because they decide what it costs.

    Raises:
        PlanNotFound: no such plan.
        PlanInvalid: it makes no sense, or a template is missing.
    """
    plan = await get_plan(session, scope.company_id, plan_id)
    content = draft_of(plan)
    check_plan(content)
    check_texts(content, await find_texts(session, scope.company_id, content))
    run = PlanDryRun(
        company_id=scope.company_id,
        id=uuid7(),
        plan_id=plan.id,
        content=plan.draft,
        segment_kop=segment_kop,
        asked_by=scope.user_id,
        asked_at=now,
        looked_at=0,
        enrolled=0,
        control=0,
        steps={},
        go_on_at=now,
    )
    session.add(run)
    return run


async def get_dry_run(session: Session, scope: Scope, dry_run_id: UUID) -> PlanDryRun:
    """A dry run, as far as it has come.

    Raises:
        PlanDryRunNotFound: no such dry run in this company.
    """
    run = await queries.get_dry_run(session, scope.company_id, dry_run_id)
    if run is None:
        raise PlanDryRunNotFound(dry_run_id=dry_run_id)
    return run


async def go_on_with_dry_runs(session: Session, company_id: UUID, now: datetime, _: QueueJob) -> int:
    """Sweep `plan_dry_run`: some more clients of one dry run."""
    run = await queries.take_due(session, company_id, now=now)
    if run is None:
        return 0
    content = content_of(run.content)
    company = await identity.get_entered_company(session, company_id)
    found = await _find_candidates(session, run, content, ZoneInfo(company.timezone))
    texts = await find_texts(session, company_id, content)
    plan = await get_plan(session, company_id, run.plan_id)
    counter = Counter(session, run, plan.code, content, texts, company.name, ZoneInfo(company.timezone))
    await counter.count(found)
    run.looked_at += len(found)
    run.after = found[-1] if found else run.after
    run.go_on_at = now if len(found) == CLIENTS_AT_ONCE else None
    return 1


async def _find_candidates(
    session: Session, run: PlanDryRun, content: PlanContent, zone: ZoneInfo
) -> Sequence[UUID]:
    audience, now = content.audience, run.asked_at
    if audience.trigger == Trigger.TRACK:
        today = now.astimezone(zone).date()
        until = today + timedelta(days=audience.days_before)
        return await find_needy(
            session,
            run.company_id,
            audience.categories,
            since=today - LOOK_BACK,
            until=until,
            after=run.after,
            limit=CLIENTS_AT_ONCE,
        )
    if audience.trigger in (Trigger.STATUS, Trigger.OCCASION):
        rows = await find_of_statuses(
            session, run.company_id, audience.statuses, after=run.after, limit=CLIENTS_AT_ONCE
        )
        return [client_id for client_id, _status, _since in rows]
    return await queries.find_lately(
        session,
        run.company_id,
        audience.trigger,
        since=now - LATELY,
        after=run.after,
        limit=CLIENTS_AT_ONCE,
    )


class Entering(NamedTuple):
    """A client who would come in."""

    known: Known
    client: ClientFacts
    is_control: bool


class Counter:
    """Counts some clients of a dry run."""

    def __init__(
        self,
        session: Session,
        run: PlanDryRun,
        plan_code: str,
        content: PlanContent,
        texts: Mapping[str, PublishedText],
        company_name: str,
        zone: ZoneInfo,
    ) -> None:
        self._session = session
        self._run = run
        self._plan_code = plan_code
        self._content = content
        self._texts = texts
        self._company_name = company_name
        self._zone = zone

    async def count(self, client_ids: Sequence[UUID]) -> None:
        entering = await self._entering(client_ids)
        tallies = {step.code: StepTally.read(self._run.steps.get(step.code)) for step in self._content.steps}
        for step in self._content.steps:
            for found in await self._tally(step, entering):
                tallies[step.code] = tallies[step.code].plus(found)
        self._run.steps = {code: tally._asdict() for code, tally in tallies.items()}
        self._run.enrolled += len(entering)
        self._run.control += sum(one.is_control for one in entering)

    async def _entering(self, client_ids: Sequence[UUID]) -> list[Entering]:
        now, run = self._run.asked_at, self._run
        about = [About(one, now, now) for one in client_ids]
        known = await find_known_of(self._session, run.company_id, about, now=now)
        found = await clients.find_clients(
            self._session, run.company_id, sorted({one.client_id for one in known})
        )
        cards = {one.id: one for one in found}
        earlier = await self._earlier([one.client_id for one in known])
        return [
            Entering(
                one,
                cards[one.client_id],
                is_held_out(self._plan_code, one.client_id, self._content.holdout_bp),
            )
            for one in known
            if one.client_id in cards and self._comes_in(one, earlier[one.client_id])
        ]

    async def _earlier(self, client_ids: Sequence[UUID]) -> Mapping[UUID, list[Earlier]]:
        rows = await queries.find_earlier(self._session, self._run.company_id, self._run.plan_id, client_ids)
        found: dict[UUID, list[Earlier]] = defaultdict(list)
        for one in rows:
            found[one.client_id].append(earlier_of(one))
        return found

    def _comes_in(self, known: Known, earlier: Sequence[Earlier]) -> bool:
        now = self._run.asked_at
        if not is_for(self._content, known, now=now, zone=self._zone):
            return False
        if self._content.audience.trigger != Trigger.TRACK:
            return may_enter(self._content, earlier, need=None, now=now)
        return any(may_enter(self._content, earlier, need=need, now=now) for need in self._due(known))

    def _due(self, known: Known) -> list[Need]:
        now, audience = self._run.asked_at, self._content.audience
        until = now.astimezone(self._zone).date() + timedelta(days=audience.days_before)
        return [
            need
            for need in known.needs
            if need.due_on <= until
            and (not audience.categories or need.category in audience.categories)
            and not is_too_late(self._content, need, self._zone, now=now)
        ]

    async def _tally(self, step: TouchStep, entering: Sequence[Entering]) -> list[StepTally]:
        """One for each client whom the step concerns. Conditions are taken as they are today."""
        text = self._texts.get(step.message.template) if step.message else None
        legal_class = text.legal_class if text else None
        meant = [one for one in entering if not is_withheld(legal_class, is_control=one.is_control)]
        now = self._run.asked_at
        met = [one for one in meant if failing(step.conditions, one.known, now=now, zone=self._zone) is None]
        unmet = [StepTally(unmet=1)] * (len(meant) - len(met))
        if step.task is not None or text is None or legal_class is None:
            return [*unmet, *([StepTally(tasks=times_of(step))] * len(met))]
        reached = await self._reach(step, met, legal_class)
        return [
            *unmet,
            *(
                tally_message(
                    step,
                    way,
                    text,
                    lang=one.client.lang,
                    words=longest_words(
                        text, {"company": self._company_name, "name": one.client.name}, one.client.lang
                    ),
                )
                for one, way in zip(met, reached, strict=True)
            ),
        ]

    async def _reach(
        self, step: TouchStep, met: Sequence[Entering], legal_class: LegalClass
    ) -> list[Reached]:
        """The first channel that is allowed for each client."""
        if step.message is None:
            return []
        rungs = [rungs_for(step.message, one.client) for one in met]
        asked = [
            Asked(one.client.id, legal_class, rung.channel, rung.address)
            for one, ways in zip(met, rungs, strict=True)
            for rung in ways
        ]
        async with work_in(self._session, self._run.company_id) as work:
            answers = iter(await permissions_of(work, asked, now=self._run.asked_at) if asked else [])
        return [_first([(rung.channel, next(answers)) for rung in ways]) for ways in rungs]


def _first(answers: Sequence[tuple[str, Permission]]) -> Reached:
    if not answers:
        return Reached(None, "contact")
    for channel, answer in answers:
        if answer.allowed or answer.reason == "quiet":
            return Reached(channel)
    return Reached(None, min(answer.reason for _, answer in answers))
