"""Answers the sender of messages, who asks in the transaction in which he takes a message."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from app.clients.consents.permissions import Asked, permissions_of
from app.clients.consents.policies import Permission as Answer
from app.clients.consents.queries import NOWHERE, Home, find_homes
from app.clients.inbound import queries
from app.clients.inbound.codes import draw_code
from app.core.changes import InsertMany
from app.core.ids import uuid7
from app.db.work import Work
from app.notifications.api import Permission, Question


class ConsentGate:
    """The consents of the clients decide. Whoever may be written to gets a link by which he ends that."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url

    async def answer(
        self, work: Work, questions: Sequence[Question], *, now: datetime
    ) -> Mapping[UUID, Permission]:
        """Whether each of these messages may be sent, by its id, with who shares its caps and whose clocks count."""
        asked = [Asked(one.client_id, one.purpose, one.channel, one.address) for one in questions]
        answers = await permissions_of(work, asked, now=now)
        homes = await find_homes(work, sorted({one.client_id for one in questions}))
        allowed = [one for one, answer in zip(asked, answers, strict=True) if answer.allowed]
        codes = await codes_of(work, [(one.client_id, one.value) for one in allowed])
        return {
            question.message_id: self._permission(
                answer, homes.get(one.client_id, NOWHERE), codes.get((one.client_id, one.value))
            )
            for question, one, answer in zip(questions, asked, answers, strict=True)
        }

    def _permission(self, answer: Answer, home: Home, code: str | None) -> Permission:
        return Permission(
            allowed=answer.allowed,
            reason="" if answer.allowed else answer.reason,
            household=home.people,
            timezone=home.timezone,
            stop_link=f"{self._public_url}/s/{code}" if code else "",
            not_before=answer.until,
        )


async def codes_of(work: Work, asked: Sequence[tuple[UUID, str]]) -> dict[tuple[UUID, str], str]:
    """The code of each client and contact, by which he chooses what he hears. Who has none gets one.

    If somebody else gives him one at the same moment, that one counts. Ask again after the write to know it.
    """
    if not asked:
        return {}
    clients, values = [client for client, _ in asked], [value for _, value in asked]
    known = await work.all(queries.LINKS, clients=clients, values=values)
    codes = {(client, value): code for client, value, code in known}
    new = {pair: draw_code() for pair in asked if pair not in codes}
    if new:
        work.write(InsertMany("stop_link", [_row(*pair, code) for pair, code in new.items()], once=True))
    return codes | new


def _row(client_id: UUID, value: str, code: str) -> dict[str, object]:
    kind = "email" if "@" in value else "phone"
    return {"id": uuid7(), "code": code, "client_id": client_id, "contact_kind": kind, "value": value}
