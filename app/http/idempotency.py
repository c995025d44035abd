"""`Idempotency-Key`: a creating POST sent again has no second effect and gets the same answer, for 30 days.

The key's row is written in the transaction of the effect: both commit or neither does. A second
request with the same key waits for the first on the primary key, then answers from its row.
Refusals are not kept: they had no effect, and a retry may find the reason gone.

A request is the same request if its body means the same: the body is compared as the route reads it, not byte
by byte. The order of fields, blanks, escapes, `1.0` for `1`, the offset of a time, and a field left out instead
of sent with its default make no difference.

A route with a `session` claims its key first. One with `work` writes the whole row at the end, with
everything else: a request that comes again does its work for nothing, is rolled back, and answers with
what the first one was told.
"""

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime
from decimal import Decimal
from functools import wraps
from inspect import signature
from typing import Annotated, Any, NamedTuple, ParamSpec, TypeVar, cast
from uuid import UUID

import msgspec
from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.exceptions import ValidationException
from litestar.params import HeaderParameter
from litestar.serialization import encode_json
from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from app.core.canonical import canonical_json
from app.core.changes import Insert
from app.core.errors import DomainError
from app.core.scope import Scope
from app.core.settings import Settings
from app.db.base import Base, OfCompany
from app.db.session import Session, transaction
from app.db.work import Work
from app.http.versions import etag_of
from app.http.wording import Complaint

P = ParamSpec("P")
T = TypeVar("T")


class IdempotencyKey(OfCompany, Base):
    __tablename__ = "idempotency_key"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]
    """HMAC-SHA256, with the server's key, of method, path and what the body means. Not a plain hash: a body can hold a
    password."""
    status: Mapped[int | None]
    etag: Mapped[str | None]
    body: Mapped[bytes | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


KEY_MAX = 255
KEYS = cast(Table, IdempotencyKey.__table__)
CLAIM = insert(KEYS).on_conflict_do_nothing().returning(KEYS.c.key)
KEEP = update(KEYS).where(
    KEYS.c.company_id == bindparam("its_company_id"),
    KEYS.c.user_id == bindparam("its_user_id"),
    KEYS.c.key == bindparam("its_key"),
)


SENT_AT = "sent_at"
"""A phone sets this field anew with every try. That does not make it another request."""
SENT_AT_IN_BYTES = re.compile(rb'"sent_at"\s*:\s*"[^"]*"\s*,?')


class IdempotencyKeyReused(DomainError):
    """The same key came with another request: a bug of the client, not a retry."""

    status = 422
    code = "idempotency_key_reused"


class Asked(NamedTuple):
    """What was asked, as a hash."""

    fingerprint: bytes
    of_bytes: bytes
    """Of the body's bytes. Keys that were kept before bodies were compared by their meaning have this one."""

    def is_what(self, kept: bytes) -> bool:
        """Whether the request kept under the key is this one."""
        return kept in (self.fingerprint, self.of_bytes)


class Once:
    """The request's key and what is already known of it."""

    def __init__(self, session: Session, identity: dict[str, Any], asked: Asked, status: int) -> None:
        self._session = session
        self._identity = identity
        self._asked = asked
        self._status = status

    async def answer_given(self) -> Response[Any] | None:
        """Claim the key, or return the answer its first request got.

        Raises:
            ValidationException: the key is too short or too long.
            IdempotencyKeyReused: the key was used for another request.
        """
        key = self._identity["key"]
        if key is None:
            return None
        check_key(key)
        claim = self._identity | {"fingerprint": self._asked.fingerprint}
        if (await self._session.execute(CLAIM, claim)).first() is not None:
            return None
        first = (await self._session.scalars(select(IdempotencyKey).filter_by(**self._identity))).one()
        return _answer_of(first, self._asked)

    async def keep(self, answer: Any, *, status: int | None = None) -> None:
        """Store the answer beside the effect. `status` is needed if it is not the route's own."""
        if self._identity["key"] is None:
            return
        row = {f"its_{name}": value for name, value in self._identity.items()}
        kept = {"status": status or self._status, "etag": etag_of(answer), "body": encode_json(answer)}
        await self._session.execute(KEEP, row | kept)


def check_key(key: str) -> None:
    """Litestar could check it, but when it refuses a parameter of a dependency the session's transaction stays open."""
    if not key:
        raise ValidationException(extra=[Complaint("signs_least", "Idempotency-Key", {"bound": 1})])
    if len(key) > KEY_MAX:
        raise ValidationException(extra=[Complaint("signs_most", "Idempotency-Key", {"bound": KEY_MAX})])


IdempotencyKeyHeader = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        schema_extra={"minLength": 1, "maxLength": KEY_MAX},
        description="Any unique text, e.g. a UUID made when the command was given. Retries send the same one.",
    ),
]


async def provide_once(
    request: Request[Any, Any, Any],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    idempotency_key: IdempotencyKeyHeader = None,
) -> Once:
    identity, asked = await _identify(request, caller, idempotency_key)
    return Once(session, identity, asked, request.route_handler.status_code)


async def _identify(
    request: Request[Any, Any, Any], caller: Scope, key: str | None
) -> tuple[dict[str, Any], Asked]:
    """Whose key it is, and what was asked with it."""
    identity = {"company_id": caller.company_id, "user_id": caller.user_id, "key": key}
    return identity, NOTHING if key is None else await _asked(request)


NOTHING = Asked(b"", b"")


async def _asked(request: Request[Any, Any, Any]) -> Asked:
    settings: Settings = request.app.state.settings
    line = f"{request.method} {request.scope['path']}\n".encode()

    def hash_of(body: bytes) -> bytes:
        return hmac.digest(settings.secret_key.encode(), line + body, hashlib.sha256)

    return Asked(
        hash_of(await meaning_of_body(request)), hash_of(SENT_AT_IN_BYTES.sub(b"", await request.body()))
    )


async def meaning_of_body(request: Request[Any, Any, Any]) -> bytes:
    """The body as the route reads it, written in one fixed way. Empty if there is none."""
    if not await request.body():
        return b""
    return meaning_of(await request.json(), besides=(SENT_AT,))


def meaning_of(body: Any, *, besides: Collection[str] = ()) -> bytes:
    """A body that was read, written in one fixed way. Fields named by `besides` do not count."""
    read = msgspec.to_builtins(body, builtin_types=(datetime, Decimal))
    if isinstance(read, dict):
        read = {name: value for name, value in read.items() if name not in besides}
    return canonical_json(_same_for_equals(read))


def _same_for_equals(value: Any) -> Any:
    """Times in UTC and decimals without zeros at their end: equal values are written the same."""
    match value:
        case dict():
            return {key: _same_for_equals(inside) for key, inside in value.items()}
        case list():
            return [_same_for_equals(inside) for inside in value]
        case datetime() if value.tzinfo is not None:
            return value.astimezone(UTC)
        case Decimal():
            return format(value.normalize(), "f")
    return value


class KeyUsed(DomainError):
    """The first request with this key has been answered: nobody sees this, `find_answer_given` comes before."""

    code = "conflict"


class AnswerGiven(Exception):
    """The answer of the first request with the same key."""

    def __init__(self, response: Response[Any]) -> None:
        super().__init__("answered before")
        self.response = response


class OnceAtEnd(Once):
    """For a route with `work`: nothing is asked before the end."""

    def __init__(self, work: Work, identity: dict[str, Any], asked: Asked, status: int) -> None:
        self._work = work
        self._identity = identity
        self._asked = asked
        self._status = status

    async def answer_given(self) -> None:
        if (key := self._identity["key"]) is not None:
            check_key(key)

    async def keep(self, answer: Any, *, status: int | None = None) -> None:
        if self._identity["key"] is None:
            return
        row = {
            "user_id": self._identity["user_id"],
            "key": self._identity["key"],
            "fingerprint": self._asked.fingerprint,
            "status": status or self._status,
            "etag": etag_of(answer),
            "body": encode_json(answer),
        }
        self._work.write(Insert(KEYS.name, row, if_taken=KeyUsed))


async def provide_once_at_end(
    request: Request[Any, Any, Any],
    work: NamedDependency[Work],
    caller: NamedDependency[Scope],
    idempotency_key: IdempotencyKeyHeader = None,
) -> Once:
    identity, asked = await _identify(request, caller, idempotency_key)
    request.state.idempotency = (identity, asked)
    return OnceAtEnd(work, identity, asked, request.route_handler.status_code)


async def find_answer_given(request: Request[Any, Any, Any]) -> AnswerGiven | None:
    """What the first request with the key of this one was told, if there was one.

    Raises:
        IdempotencyKeyReused: the key was used for another request.
    """
    identity, asked = getattr(request.state, "idempotency", (None, NOTHING))
    if identity is None or identity["key"] is None:
        return None
    async with transaction(request.app.state.sessions, identity["company_id"]) as session:
        query = select(IdempotencyKey).filter_by(**identity)
        first = (await session.scalars(query)).one_or_none()
    return AnswerGiven(_answer_of(first, asked)) if first else None


def _answer_of(first: IdempotencyKey, asked: Asked) -> Response[Any]:
    if not asked.is_what(first.fingerprint):
        raise IdempotencyKeyReused
    headers = REPLAYED | ({"ETag": first.etag} if first.etag else {})
    return Response(first.body, status_code=first.status, media_type="application/json", headers=headers)


REPLAYED = {"Idempotency-Replayed": "true"}
"""Header of an answer to a request that came before."""


class KeptKey(NamedTuple):
    """Whose key it is, and what was asked with it."""

    user_id: UUID
    fingerprint: bytes


async def keep_key(session: Session, company_id: UUID, user_id: UUID, key: str, fingerprint: bytes) -> None:
    """Keep a key without an answer, for a request that is answered anew when it comes again."""
    kept = {"company_id": company_id, "user_id": user_id, "key": key, "fingerprint": fingerprint}
    await session.execute(insert(KEYS).values(kept))


async def find_key(session: Session, company_id: UUID, key: str) -> KeptKey | None:
    """The first use of a key in this company, whoever used it."""
    query = select(KEYS.c.user_id, KEYS.c.fingerprint).where(
        KEYS.c.company_id == company_id, KEYS.c.key == key
    )
    row = (await session.execute(query.order_by(KEYS.c.created_at).limit(1))).first()
    return KeptKey(*row) if row else None


def once(handler: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Make a route safe to call again with the same Idempotency-Key. Stands below the route decorator.

    The route asks for `once: NamedDependency[Once]`, which brings the header; this decorator uses it.
    """
    if "once" not in signature(handler).parameters:
        raise TypeError(f"{handler} must ask for `once: NamedDependency[Once]`")

    @wraps(handler)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        request_once = cast(Once, kwargs["once"])
        if (given := await request_once.answer_given()) is not None:
            return cast(T, given)
        answer = await handler(*args, **kwargs)
        await request_once.keep(answer)
        return answer

    return run
