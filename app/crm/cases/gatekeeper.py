"""Keeps advertising from clients who are disappointed. They are spoken to, and not written to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from app.crm.cases.queries import find_won_back
from app.db.work import Work
from app.notifications.api import Gatekeeper, Permission, Question

MARKETING = "marketing"
WON_BACK = "won_back"


class PromotionGate:
    """Stands before another gate, which decides about everything else."""

    def __init__(self, gate: Gatekeeper) -> None:
        self._gate = gate

    async def answer(
        self, work: Work, questions: Sequence[Question], *, now: datetime
    ) -> Mapping[UUID, Permission]:
        """As the gate behind it says, but no advertising to a disappointed client."""
        answers = await self._gate.answer(work, questions, now=now)
        asked = sorted({one.client_id for one in questions if one.purpose == MARKETING})
        won_back = await find_not_to_promote(work, asked)
        refused = {
            one.message_id: answers[one.message_id]._replace(allowed=False, reason=WON_BACK)
            for one in questions
            if one.purpose == MARKETING and one.client_id in won_back and answers[one.message_id].allowed
        }
        return {**answers, **refused}


async def find_not_to_promote(work: Work, client_ids: Sequence[UUID]) -> set[UUID]:
    """Of these clients those to whom no plan and no batch may send advertising."""
    return await find_won_back(work, client_ids)
