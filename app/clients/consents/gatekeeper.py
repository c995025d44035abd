"""Answers the sender of messages, who asks in the transaction in which he takes a message."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from app.clients.consents.permissions import Asked, permissions_of
from app.clients.consents.policies import Permission as Answer
from app.clients.consents.queries import NOWHERE, Home, find_homes
from app.db.work import Work
from app.notifications.api import Permission, Question


class ConsentGate:
    """The consents of the clients decide. A message of which nothing is known is not sent."""

    async def answer(
        self, work: Work, questions: Sequence[Question], *, now: datetime
    ) -> Mapping[UUID, Permission]:
        """Whether each of these messages may be sent, by its id, with who shares its caps and whose clocks count."""
        asked = [Asked(one.client_id, one.purpose, one.channel, one.address) for one in questions]
        answers = await permissions_of(work, asked, now=now)
        homes = await find_homes(work, sorted({one.client_id for one in questions}))
        return {
            question.message_id: _permission(answer, homes.get(question.client_id, NOWHERE))
            for question, answer in zip(questions, answers, strict=True)
        }


def _permission(answer: Answer, home: Home) -> Permission:
    return Permission(
        allowed=answer.allowed,
        reason="" if answer.allowed else answer.reason,
        household=home.people,
        timezone=home.timezone,
        not_before=answer.until,
    )
