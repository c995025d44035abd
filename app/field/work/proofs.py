"""Asks the one engine of proof rules (`app.orders.proofs`): for screens, and when a command moves a visit on."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.core.errors import DomainError
from app.core.places import distance_m
from app.db.work import Work
from app.dispatch.api import Command
from app.field.work import queries
from app.orders.api import Proof, ProofStage, ProofState, judge_proofs, states_at
from app.workforce.api import fault_of_place

BY_ANOTHER_WAY = frozenset({Proof.PHOTOS, Proof.PHOTO_ACT, Proof.SIGNATURE})
"""Files: they arrive by uploads of their own, and may come after the command. Other proofs come by commands."""


class ProofsMissing(DomainError):
    """Proofs the job type requires are missing. `proofs` names them, `missing` says how many there are.

    422 and not 409: the office has not overtaken the worker. He adds what is missing and sends the command again.
    """

    status = 422
    code = "proofs_missing"


def are_on_their_way(refusal: DomainError) -> bool:
    """Whether nothing is missing but files. A command that lacks something else must not wait: what would bring it may
    be a later command of the same phone, which would wait for this one."""
    missing = refusal.params.get("missing", ()) if isinstance(refusal, ProofsMissing) else ()
    return bool(missing) and all(one["proof"] in BY_ANOTHER_WAY for one in missing)


async def find_proofs(work: Work, visit_ids: Sequence[UUID]) -> dict[UUID, list[ProofState]]:
    """By visit: what its job type asks for at all stages, and how much of it there is. No place is known here."""
    found = await work.all(queries.PROOFS, visits=visit_ids)
    return {one.visit_id: states_at(None, one.rules, one.facts()) for one in found}


async def check_proofs(work: Work, visit_id: UUID, stage: ProofStage, command: Command) -> dict[str, Any]:
    """Refuse a stage whose proofs are missing. Answers what the history is told of those that only warn.

    Raises:
        ProofsMissing: some are required.
    """
    found = await work.one(queries.PROOFS, visits=[visit_id])
    assert found is not None  # noqa: S101  # a visit has its job, and that its type and site: foreign keys
    verdict = judge_proofs(states_at(stage, found.rules, _facts(found, command)))
    if verdict.missing:
        raise ProofsMissing(
            stage=str(stage),
            proofs=await _words(work, verdict.missing),
            missing=[_shown(state) for state in verdict.missing],
        )
    return {"warned": [_shown(state) for state in verdict.warnings]} if verdict.warnings else {}


def _facts(found: queries.ProofsOfVisit, command: Command) -> Any:
    """A position that cannot be right counts as none."""
    if command.point is None or fault_of_place(command.point, command.accuracy_m):
        return found.facts()
    return found.facts(distance_m=distance_m(command.point, found.site), accuracy_m=command.accuracy_m)


def _shown(state: ProofState) -> dict[str, Any]:
    """As the refusal and the history name it."""
    whole = {
        "proof": str(state.proof),
        "form_id": state.form_id,
        "within_m": state.within_m,
        "at_least": state.at_least,
        "present": state.present,
    }
    return {name: value for name, value in whole.items() if value is not None}


async def _words(work: Work, missing: Sequence[ProofState]) -> list[str]:
    """Codes for the sentence; forms by their names."""
    forms = [UUID(state.form_id) for state in missing if state.form_id]
    names = await work.all(queries.FORM_NAMES, forms=forms) if forms else []
    codes = [str(state.proof) for state in missing if state.proof != Proof.FORM]
    return codes + [f"{Proof.FORM}:«{name}»" for name in names]
