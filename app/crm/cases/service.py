"""The steps of a recovery case, one after the other."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.scope import Scope
from app.crm.case_files.models import CaseFile, StaffStatement
from app.crm.case_files.packing import pack_file, take_statement
from app.crm.case_files.queries import find_last_file
from app.crm.cases import queries
from app.crm.cases.access import hold_at, hold_open
from app.crm.cases.closing import close_case, open_next_attempt
from app.crm.cases.history import Line, note
from app.crm.cases.models import RecoveryCase
from app.crm.cases.opening import change_owner
from app.crm.cases.policies.attempts import Limits, check_attempt
from app.crm.cases.policies.budget import budget_for
from app.crm.cases.policies.steps import (
    check_contact,
    check_owner,
    check_prevention,
    check_verified,
    ids_in,
)
from app.crm.cases.values import CaseStatus, Contacted, Step
from app.crm.disappointments.service import recover_case
from app.crm.loss_reasons.values import LossReason
from app.crm.rules.service import content_in_force
from app.crm.tasks.policies import TaskKind
from app.crm.tasks.service import NewTask, check_people, end_tasks_of_case, open_for_known
from app.db.session import Session
from app.identity import api as identity
from app.workforce.api import check_is_worker

BEFORE_ACTION = (Step.EVIDENCE, Step.MONEY, Step.CONTACT, Step.VERIFY)


async def see_evidence(session: Session, scope: Scope, case_id: UUID, *, now: datetime) -> CaseFile:
    """Pack what is known now. Whoever does so has looked at it, so the next step is open.

    Raises:
        CaseNotFound, ConcernedByCase, CaseOfOther, CaseOver: see there.
    """
    case = (await hold_open(session, scope, case_id)).case
    packed = await pack_file(
        session, scope.company_id, case_id=case.id, client_id=case.client_id, by=scope.user_id, now=now
    )
    if case.step == Step.EVIDENCE:
        case.step = Step.MONEY
    told = {"file": packed.content_hash.hex(), "number": packed.number}
    note(session, case, Line.EVIDENCE_SEEN, by=scope.user_id, at=now, **told)
    return packed


async def add_statement(
    session: Session, scope: Scope, case_id: UUID, *, user_id: UUID, words: str, now: datetime
) -> StaffStatement:
    """Write down what somebody of the company says of what happened.

    Raises:
        CaseNotFound, ConcernedByCase, CaseOfOther, CaseOver, StepOutOfOrder, PersonUnknown: see there.
    """
    case = await hold_at(session, scope, case_id, *BEFORE_ACTION)
    await check_people(session, scope.company_id, user_id)
    note(session, case, Line.STATEMENT_TAKEN, by=scope.user_id, at=now, user_id=str(user_id))
    return await take_statement(
        session, scope.company_id, case_id=case.id, user_id=user_id, words=words, by=scope.user_id, now=now
    )


async def see_money(
    session: Session, scope: Scope, case_id: UUID, *, pays_well: bool | None, now: datetime
) -> RecoveryCase:
    """Work out what the client will bring, and what may be spent on him.

    Raises:
        CaseNotFound, ConcernedByCase, CaseOfOther, CaseOver, StepOutOfOrder: see there.
    """
    case = await hold_at(session, scope, case_id, Step.MONEY)
    rules = await content_in_force(session, scope.company_id)
    office = await queries.get_office_time(session, scope.company_id)
    today = now.astimezone(ZoneInfo(office.timezone)).date()
    coming = await queries.find_coming(session, scope.company_id, case.client_id, rules)
    found = budget_for(coming, rules.recovery, today=today)
    case.expected_kop, case.budget_kop, case.pays_well = found.expected_kop, found.budget_kop, pays_well
    case.step = Step.CONTACT
    note(session, case, Line.MONEY_SEEN, by=scope.user_id, at=now, pays_well=pays_well, **found._asdict())
    return case


class Contact(NamedTuple):
    """An attempt to speak with the client."""

    channel: str
    result: Contacted
    stated_reason: LossReason | None
    words: str


async def record_contact(
    session: Session, scope: Scope, case_id: UUID, contact: Contact, *, now: datetime
) -> RecoveryCase:
    """Write down an attempt. Who was reached says why he is disappointed; otherwise there is another attempt later.

    Raises:
        CaseNotFound, ConcernedByCase, CaseOfOther, CaseOver, StepOutOfOrder: see there.
        AttemptTooEarly, AttemptsSpent, ContactIncomplete: see there.
    """
    case = await hold_at(session, scope, case_id, Step.CONTACT)
    check_contact(contact.result, contact.stated_reason, contact.words)
    limits = Limits.of(await content_in_force(session, scope.company_id))
    before = await queries.find_attempts(session, scope.company_id, case.client_id)
    check_attempt(before, limits, now=now)
    case.contacted_at = case.contacted_at or now
    note(session, case, Line.CONTACTED, by=scope.user_id, at=now, **contact._asdict())
    await end_tasks_of_case(session, scope.company_id, case.id, by=scope.user_id, now=now)
    if contact.result == Contacted.REACHED:
        case.stated_reason, case.stated_words, case.step = contact.stated_reason, contact.words, Step.VERIFY
    else:
        await open_next_attempt(session, case, [*before, now], limits, now=now)
    return case


class Verified(NamedTuple):
    """The true reason, as far as it was found."""

    reason: LossReason
    words: str
    evidence: Sequence[UUID]
    worker_id: UUID | None


async def verify_reason(
    session: Session, scope: Scope, case_id: UUID, found: Verified, *, now: datetime
) -> RecoveryCase:
    """Write down the reason that was found beside the stated one. Neither takes the place of the other.

    Raises:
        CaseNotFound, ConcernedByCase, CaseOfOther, CaseOver, StepOutOfOrder: see there.
        EvidenceUnknown, ReasonNeedsWorker, WorkerNotFound: see there.
    """
    case = await hold_at(session, scope, case_id, Step.VERIFY)
    file = await find_last_file(session, scope.company_id, case.id)
    known = ids_in(file.content) if file else set()
    check_verified(found.reason, worker_id=found.worker_id, evidence=found.evidence, known=known)
    if found.worker_id is not None:
        await check_is_worker(session, scope.company_id, found.worker_id)
    case.verified_reason, case.verified_words = found.reason, found.words
    case.verified_evidence, case.worker_id = list(found.evidence), found.worker_id
    case.verified_by, case.verified_at = scope.user_id, now
    case.step = Step.ACTION
    evidence = [str(one) for one in found.evidence]
    told = {"stated": case.stated_reason, "verified": found.reason, "evidence": evidence}
    note(session, case, Line.VERIFIED, by=scope.user_id, at=now, **told)
    return case


async def confirm(
    session: Session, scope: Scope, case_id: UUID, *, is_settled: bool, words: str, now: datetime
) -> RecoveryCase:
    """The client says whether it is settled. If it is, his status follows at once; otherwise it was an attempt without
    success.

    Raises:
        CaseNotFound, ConcernedByCase, CaseOfOther, CaseOver, StepOutOfOrder: see there.
    """
    case = await hold_at(session, scope, case_id, Step.CONFIRM)
    kind = Line.CONFIRMED if is_settled else Line.NOT_CONFIRMED
    note(session, case, kind, by=scope.user_id, at=now, words=words)
    if is_settled:
        case.confirmed_at, case.confirmed_words, case.step = now, words, Step.PREVENT
        await recover_case(session, scope, case.id, how=words, now=now)
    else:
        limits = Limits.of(await content_in_force(session, scope.company_id))
        attempts = await queries.find_attempts(session, scope.company_id, case.client_id)
        await open_next_attempt(session, case, attempts, limits, now=now)
    return case


class Prevention(NamedTuple):
    """Who sees that it does not happen again."""

    what: str
    responsible_id: UUID
    due_at: datetime


async def prevent(
    session: Session,
    scope: Scope,
    case_id: UUID,
    prevention: Prevention | None,
    *,
    nothing_because: str,
    now: datetime,
) -> RecoveryCase:
    """The last step: somebody gets a task, or it is said why there is nothing to prevent. The case is closed.

    Raises:
        CaseNotFound, ConcernedByCase, CaseOfOther, CaseOver, StepOutOfOrder: see there.
        PreventionNeeded, PersonUnknown: see there.
    """
    case = await hold_at(session, scope, case_id, Step.PREVENT)
    verified = LossReason(case.verified_reason) if case.verified_reason else None
    check_prevention(verified, is_task=prevention is not None)
    if prevention is not None:
        case.prevention_task_id = await _open_prevention(session, scope, case, prevention, now=now)
    note(session, case, Line.PREVENTED, by=scope.user_id, at=now, nothing_because=nothing_because)
    await close_case(session, case, CaseStatus.RECOVERED, by=scope.user_id, reason="", now=now)
    return case


async def _open_prevention(
    session: Session, scope: Scope, case: RecoveryCase, prevention: Prevention, *, now: datetime
) -> UUID | None:
    task = NewTask(
        client_id=case.client_id,
        kind=TaskKind.PREVENT,
        channel="talk",
        due_at=prevention.due_at,
        responsible_id=prevention.responsible_id,
        patience=timedelta(days=1),
        note=prevention.what,
        subject_kind="recovery_case",
        subject_id=case.id,
    )
    await check_people(session, scope.company_id, prevention.responsible_id)
    opened = await open_for_known(session, scope.company_id, task, opened_by=scope.user_id, now=now)
    return opened.id if opened else None


async def give_to(
    session: Session, scope: Scope, case_id: UUID, *, user_id: UUID, reason: str, now: datetime
) -> RecoveryCase:
    """A supervisor gives the case to another person.

    Raises:
        CaseNotFound, ConcernedByCase, CaseOfOther, CaseOver: see there.
        CannotOwnCase, PersonUnknown: see there.
    """
    held = await hold_open(session, scope, case_id)
    await check_people(session, scope.company_id, user_id)
    [person] = await identity.find_users(session, scope.company_id, [user_id])
    check_owner(user_id, person.roles, is_active=person.is_active, concerned=held.concerned)
    await change_owner(session, held.case, user_id, by=scope.user_id, reason=reason, now=now)
    return held.case
