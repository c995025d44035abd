"""How a route lets a command in. The batch of a phone (`field/push`) is the other way, to the same ledger."""

from typing import Any, TypeVar, cast
from uuid import UUID

from litestar import Request, Response
from litestar.di import NamedDependency, Provide

from app.core.clock import Clock
from app.core.ids import uuid7
from app.core.scope import Scope
from app.field.commands.kinds import Kind, Sent
from app.field.commands.ledger import Edge, Told, carry_out, given
from app.field.commands.policies import id_from_key, times_of
from app.field.schemas import Envelope
from app.http.audit import origin_of
from app.http.dependencies import provide_transactions
from app.http.idempotency import REPLAYED, IdempotencyKeyHeader, check_key

B = TypeVar("B", bound=Envelope)
A = TypeVar("A")


class Door:
    """Lets the commands of one request in."""

    def __init__(self, edge: Edge, clock: Clock, key: str | None = None) -> None:
        self.edge = edge
        self._clock = clock
        self._key = key

    async def carry_out(self, kind: Kind[B, A], subject_id: UUID, body: B) -> A:
        """Carry out a command, and answer. One that came before and was applied gets the same answer again.

        It opens its own transactions: the route must have none open.

        Raises:
            CommandReused: its id came with something else.
            NumberUsed: its number is that of another command of the phone.
            DomainError: what the handler of the kind refuses. The ledger has kept it.
        """
        now = self._clock.now()
        sent = Sent(self.edge.caller, subject_id, body, now, self._id_of(body), self.edge.settings)
        times = times_of(body.occurred_at or now, sent_at=body.sent_at, received_at=now)
        has_own_id = body.command_id is not None or self._key is None
        told = await carry_out(self.edge, given(kind, sent, times, has_own_id=has_own_id))
        if told.refusal is not None:
            raise told.refusal
        return cast(A, answer_of(told) if told.is_repeated else told.answer)

    def _id_of(self, body: Envelope) -> UUID:
        if body.command_id is not None:
            return body.command_id
        return uuid7() if self._key is None else id_from_key(self.edge.caller.user_id, self._key)


def answer_of(told: Told) -> Response[Any]:
    """The answer of a command that came before."""
    headers = REPLAYED | ({"ETag": told.etag} if told.etag else {})
    content = told.answer if told.kept is None else told.kept
    return Response(content, status_code=told.status, media_type="application/json", headers=headers)


def edge_of(request: Request[Any, Any, Any], caller: Scope) -> Edge:
    state = request.app.state
    transactions = provide_transactions(request)
    return Edge(origin_of(request), caller, state.sessions, transactions, state.files, state.settings)


def provide_door(
    request: Request[Any, Any, Any], caller: NamedDependency[Scope], clock: NamedDependency[Clock]
) -> Door:
    return Door(edge_of(request, caller), clock)


def provide_door_with_key(
    request: Request[Any, Any, Any],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    idempotency_key: IdempotencyKeyHeader = None,
) -> Door:
    if idempotency_key is not None:
        check_key(idempotency_key)
    return Door(edge_of(request, caller), clock, idempotency_key)


DOOR = {"door": Provide(provide_door, sync_to_thread=False)}
"""`dependencies` of a router with commands."""
DOOR_WITH_KEY = {"door": Provide(provide_door_with_key, sync_to_thread=False)}
"""`dependencies` of a route whose body may lack a command id: an Idempotency-Key stands for it."""
