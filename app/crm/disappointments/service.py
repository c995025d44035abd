"""Keeps disappointments as rows and as facts, once each."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.contracts.crm import DisappointmentNoted, QualityAnswered
from app.core.changes import Insert, InsertMany, Row, Update
from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.crm.disappointments import queries
from app.crm.disappointments.models import Disappointment, QualityAnswer
from app.crm.disappointments.policies import judge_answer
from app.crm.disappointments.values import Said, Signal, SignalKind, Subject
from app.crm.facts.gathering import OfClient
from app.crm.facts.values import Fact, FactKind
from app.crm.statuses.service import ByWhat, keep_facts, read_by_what
from app.db.session import Session
from app.db.work import Work, work_in


class DisappointmentNotFound(NotFound):
    code = "disappointment_not_found"


class AlreadyRecovered(DomainError):
    """It was settled before."""

    code = "already_recovered"


class PartOfCase(DomainError):
    """A recovery case settles it: `case_id`."""

    code = "part_of_case"


async def keep_signals(
    work: Work, signals: Iterable[Signal], by: ByWhat, *, noted_by: UUID | None = None
) -> list[UUID]:
    """Keep what is new, with its fact, so that the client's status follows at once; and announce it.

    Returns the ids of the new disappointments.
    """
    found = {uuid7(): one for one in signals}
    if not found:
        return []
    rows = [_row(one_id, one, noted_by) for one_id, one in found.items()]
    work.write(InsertMany("disappointment", rows, once=True))
    await work.write_now()
    known = await queries.find_known(work, list(found))
    new = {one_id: one for one_id, one in found.items() if one_id in known}
    await keep_facts(work, [_noted(one_id, one) for one_id, one in new.items()], by)
    work.announce(
        *(
            DisappointmentNoted(
                client_id=one.about.client_id, disappointment_id=one_id, severity=one.severity
            )
            for one_id, one in new.items()
        )
    )
    return list(new)


def _row(disappointment_id: UUID, signal: Signal, noted_by: UUID | None) -> Row:
    return {
        "id": disappointment_id,
        "kind": signal.kind,
        "source_id": signal.source_id,
        "severity": signal.severity,
        "at": signal.at,
        **signal.about._asdict(),
        "comment": signal.comment,
        "minutes": signal.minutes,
        "evidence": list(signal.evidence),
        "noted_by": noted_by,
    }


def _noted(disappointment_id: UUID, signal: Signal) -> OfClient:
    about = signal.about
    where: dict[str, Any] = {name: value for name, value in about._asdict().items() if name != "client_id"}
    detail = {"severity": signal.severity, "signal": str(signal.kind)}
    fact = Fact(FactKind.DISAPPOINTMENT_NOTED, signal.at, disappointment_id, detail=detail, **where)
    return OfClient(about.client_id, fact)


async def note_disappointment(
    session: Session,
    scope: Scope,
    about: Subject,
    *,
    kind: SignalKind,
    severity: int,
    comment: str,
    evidence: Sequence[UUID],
    now: datetime,
) -> Disappointment:
    """Somebody in the office notes what a client said."""
    signal = Signal(kind, severity, now, uuid7(), about, comment, evidence=evidence)
    async with work_in(session, scope.company_id) as work:
        by = await read_by_what(work, now=now)
        (disappointment_id,) = await keep_signals(work, [signal], by, noted_by=scope.user_id)
    noted = await queries.get_disappointment(session, scope, disappointment_id)
    assert noted is not None  # noqa: S101  # it was just written
    return noted


async def keep_answer(
    session: Session,
    company_id: UUID,
    about: Subject,
    said: Said,
    *,
    asked_by: UUID | None,
    disappoints: bool = True,
    now: datetime,
) -> QualityAnswer:
    """Keep what the client says of the quality. If it does not satisfy him, that is a disappointment.

    `asked_by` is the person of the office whom he told it; None: he rated it himself. `disappoints=False`: he has said
    so before, and it is no further disappointment.
    """
    answer_id = uuid7()
    row = {
        "id": answer_id,
        "client_id": about.client_id,
        "visit_id": about.visit_id,
        "worker_id": about.worker_id,
        "answer": said.answer,
        "stars": said.stars,
        "comment": said.comment,
        "asked_by": asked_by,
        "answered_at": now,
    }
    signal = judge_answer(said, now, answer_id, about) if disappoints else None
    async with work_in(session, company_id) as work:
        work.write(Insert("quality_answer", row))
        by = await read_by_what(work, now=now)
        await keep_signals(work, [signal] if signal else [], by, noted_by=asked_by)
        work.announce(QualityAnswered(answer_id=answer_id, client_id=about.client_id, answer=said.answer))
    stored = await queries.get_answer(session, company_id, answer_id)
    assert stored is not None  # noqa: S101  # it was just written
    return stored


async def get_disappointment(
    session: Session, scope: Scope, disappointment_id: UUID, *, lock: bool = False
) -> Disappointment:
    """One disappointment.

    Raises:
        DisappointmentNotFound: no such one in this company.
    """
    found = await queries.get_disappointment(session, scope, disappointment_id, lock=lock)
    if found is None:
        raise DisappointmentNotFound
    return found


async def recover(
    session: Session, scope: Scope, disappointment_id: UUID, *, how: str, now: datetime
) -> Disappointment:
    """It is settled, and the client has confirmed it.

    Raises:
        DisappointmentNotFound: no such one in this company.
        AlreadyRecovered: it was settled before.
        PartOfCase: see there.
    """
    found = await get_disappointment(session, scope, disappointment_id, lock=True)
    if found.recovered_at is not None:
        raise AlreadyRecovered
    if found.case_id is not None:
        raise PartOfCase(case_id=found.case_id)
    await _recover(session, scope, [found], how=how, now=now)
    return found


async def recover_case(session: Session, scope: Scope, case_id: UUID, *, how: str, now: datetime) -> None:
    """Everything that a recovery case was opened for is settled, and the client has confirmed it."""
    await _recover(session, scope, await queries.lock_open_of_case(session, scope, case_id), how=how, now=now)


async def _recover(
    session: Session, scope: Scope, found: Sequence[Disappointment], *, how: str, now: datetime
) -> None:
    for one in found:
        one.recovered_at, one.recovered_by, one.recovery = now, scope.user_id, how
    facts = [
        OfClient(one.client_id, Fact(FactKind.DISAPPOINTMENT_RECOVERED, now, one.id, worker_id=one.worker_id))
        for one in found
    ]
    async with work_in(session, scope.company_id) as work:
        await keep_facts(work, facts, await read_by_what(work, now=now))


async def put_into_case(
    session: Session, company_id: UUID, disappointment_ids: Sequence[UUID], case_id: UUID
) -> None:
    """From now on this recovery case settles them."""
    async with work_in(session, company_id) as work:
        work.write(Update("disappointment", {"id": list(disappointment_ids)}, {"case_id": case_id}))


async def set_worth(
    session: Session, scope: Scope, client_id: UUID, *, is_worth: bool, reason: str, now: datetime
) -> None:
    """The owner or a supervisor says whether a client is worth winning back. It beats what money and needs say."""
    detail = {"is_interesting": is_worth, "reason": reason, "by": str(scope.user_id)}
    fact = Fact(FactKind.INTEREST_IN_CLIENT_SET, now, uuid7(), detail=detail)
    async with work_in(session, scope.company_id) as work:
        await keep_facts(work, [OfClient(client_id, fact)], await read_by_what(work, now=now))
