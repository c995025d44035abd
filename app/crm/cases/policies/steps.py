"""Who may work at a case, and in which order its steps come."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from app.core.errors import DomainError, Forbidden
from app.core.scope import Role
from app.crm.cases.values import CaseStatus, Contacted, Step
from app.crm.loss_reasons.values import CLASS_OF, NAMES_WORKER, LossReason, ReasonClass

CASE_MOVES: dict[CaseStatus, frozenset[CaseStatus]] = {
    CaseStatus.OPEN: frozenset({CaseStatus.RECOVERED, CaseStatus.NOT_RECOVERED, CaseStatus.GIVEN_UP}),
    CaseStatus.RECOVERED: frozenset(),
    CaseStatus.NOT_RECOVERED: frozenset(),
    CaseStatus.GIVEN_UP: frozenset(),
}
MANAGERS = frozenset({Role.OWNER, Role.SUPERVISOR})
MAY_OWN = MANAGERS | {Role.DISPATCHER, Role.OPERATOR}


class CaseOver(DomainError):
    """It is closed."""

    code = "case_over"


class StepOutOfOrder(DomainError):
    """Another step comes first: `expected`."""

    code = "case_step_out_of_order"


class CaseOfOther(Forbidden):
    """Somebody else owns the case, and the caller is no supervisor."""

    code = "case_of_other"


class ConcernedByCase(Forbidden):
    """The case is about this person's own work."""

    code = "concerned_by_case"


class CannotOwnCase(DomainError):
    """He does not speak with clients, or has left."""

    code = "cannot_own_case"


class ContactIncomplete(DomainError):
    """Whoever was reached states a reason."""

    status = 422
    code = "contact_incomplete"


class ReasonNeedsWorker(DomainError):
    """This reason says which worker."""

    status = 422
    code = "reason_needs_worker"


class EvidenceUnknown(DomainError):
    """This is not in the evidence of the case."""

    status = 422
    code = "evidence_unknown"


class PreventionNeeded(DomainError):
    """The reason is ours, so somebody must see that it does not happen again."""

    status = 422
    code = "prevention_needed"


def check_open(status: str) -> None:
    """See that a case is open.

    Raises:
        CaseOver: see there.
    """
    if status != CaseStatus.OPEN:
        raise CaseOver


def check_step(step: str | None, *wanted: Step) -> None:
    """See that one of these steps is the next.

    Raises:
        StepOutOfOrder: see there.
    """
    if step not in wanted:
        raise StepOutOfOrder(expected=step)


def check_actor(
    user_id: UUID, roles: Collection[Role], *, owner_id: UUID | None, concerned: Collection[UUID]
) -> None:
    """See that a person may work at a case: its owner or a supervisor, and nobody whose own work it is about.

    Raises:
        ConcernedByCase: see there.
        CaseOfOther: see there.
    """
    if user_id in concerned:
        raise ConcernedByCase
    if user_id != owner_id and MANAGERS.isdisjoint(roles):
        raise CaseOfOther


class Candidate(NamedTuple):
    """Somebody who might own a case."""

    user_id: UUID
    roles: Collection[str]
    is_here: bool
    """He is not absent now."""
    open_cases: int


def choose_owner(candidates: Iterable[Candidate], concerned: Collection[UUID]) -> UUID | None:
    """A supervisor rather than the owner of the company, who is here, and has the fewest open cases."""
    able = [one for one in candidates if one.user_id not in concerned and not MANAGERS.isdisjoint(one.roles)]
    best = min(able, key=_rank, default=None)
    return best.user_id if best else None


def _rank(one: Candidate) -> tuple[bool, bool, int, int]:
    return not one.is_here, Role.SUPERVISOR not in one.roles, one.open_cases, one.user_id.int


def check_owner(
    user_id: UUID, roles: Collection[str], *, is_active: bool, concerned: Collection[UUID]
) -> None:
    """See that a person may own a case.

    Raises:
        CannotOwnCase: see there.
        ConcernedByCase: see there.
    """
    if user_id in concerned:
        raise ConcernedByCase
    if not is_active or MAY_OWN.isdisjoint(roles):
        raise CannotOwnCase


def check_contact(result: Contacted, stated: LossReason | None, words: str) -> None:
    """See that a talk has a stated reason in the client's words, and that nothing else has one.

    Raises:
        ContactIncomplete: see there.
    """
    was_reached = result == Contacted.REACHED
    if was_reached != (stated is not None) or (was_reached and not words.strip()):
        raise ContactIncomplete


def check_verified(
    reason: LossReason, *, worker_id: UUID | None, evidence: Sequence[UUID], known: Collection[UUID]
) -> None:
    """See that a verified reason rests on what is in the file of the case.

    Raises:
        ReasonNeedsWorker: see there.
        EvidenceUnknown: see there.
    """
    if reason in NAMES_WORKER and worker_id is None:
        raise ReasonNeedsWorker
    for one in evidence:
        if one not in known:
            raise EvidenceUnknown(id=one)


def check_prevention(verified: LossReason | None, *, is_task: bool) -> None:
    """See that what we have done wrong leads to a task.

    Raises:
        PreventionNeeded: see there.
    """
    if not is_task and verified is not None and CLASS_OF[verified] == ReasonClass.OURS:
        raise PreventionNeeded


def ids_in(content: Any) -> set[UUID]:
    """Every id of a thing that a file contains: what stands under the key `id`."""
    if isinstance(content, dict):
        own = {UUID(content["id"])} if "id" in content else set()
        return own.union(*(ids_in(value) for value in content.values()))
    if isinstance(content, list):
        return set().union(*(ids_in(one) for one in content))
    return set()
