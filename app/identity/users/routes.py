from typing import Any
from uuid import UUID

from litestar import Request, Router, get, patch, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody, SkipValidation

from app.core.clock import Clock
from app.core.emails import EmailInvalid
from app.core.errors import Forbidden, NotFound
from app.core.phones import PhoneInvalid
from app.core.scope import Role, Scope
from app.db.session import Session
from app.http.audit import record_audit
from app.http.dependencies import Transactions, prepared_by
from app.http.guards import anybody, managers, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit
from app.http.refusals import refuses
from app.http.schemas import Page
from app.http.versions import IfMatch
from app.identity.attempts.service import Attempts, TooManyAttempts
from app.identity.dependencies import provide_strangers_session
from app.identity.users import queries, service
from app.identity.users.schemas import ChangePassword, ChangeUser, CreateUser, UserOut
from app.identity.users.service import (
    EmailNeeded,
    EmailTaken,
    LastOwner,
    OldPasswordWrong,
    PasswordWeak,
    PhoneNeeded,
    PhoneTaken,
    PhoneTakesNoSms,
)


async def hash_password(
    request: Request[Any, Any, Any],
    transactions: NamedDependency[SkipValidation[Transactions]],
    caller: NamedDependency[Scope],
) -> str | None:
    """Reads the body itself: Litestar gives `data` to no dependency that another one waits for."""
    data: CreateUser = await request.json()
    if data.password is None:
        return None
    return await service.hash_for_newcomer(
        transactions, caller, name=data.name, email=data.email, password=data.password
    )


@post(
    "/",
    operation_id="createUser",
    guards=[managers],
    dependencies=prepared_by(hash_password),
)
@refuses(
    EmailInvalid,
    EmailNeeded,
    EmailTaken,
    Forbidden,
    PasswordWeak,
    PhoneInvalid,
    PhoneNeeded,
    PhoneTaken,
    PhoneTakesNoSms,
)
@once
async def create_user(
    data: JSONBody[CreateUser],
    prepared: NamedDependency[str | None],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
) -> UserOut:
    """Add a person to the company. Only an owner adds owners and supervisors.

    A worker can be given visits when his skills are set as well.
    """
    user = await service.hire(
        session,
        scope=caller,
        name=data.name,
        roles=data.roles,
        email=data.email,
        phone=data.phone,
        lang=data.lang,
        password_hash=prepared,
    )
    return UserOut.of(user)


@get("/", operation_id="listUsers", guards=[office])
async def list_users(
    *,
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    role: FromQuery[Role | None] = None,
    is_active: FromQuery[bool | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[UserOut]:
    """The people of the company, newest first."""
    users, next_cursor = await queries.list_users(
        session, caller.company_id, role=role, is_active=is_active, cursor=cursor, limit=limit
    )
    return Page(items=[UserOut.of(user) for user in users], next_cursor=next_cursor)


@get("/{user_id:uuid}", operation_id="getUser", guards=[office])
@refuses(NotFound)
async def get_user(
    user_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> UserOut:
    """One person of the company."""
    user = await queries.get_user(session, caller.company_id, user_id)
    if user is None:
        raise NotFound
    return UserOut.of(user)


@patch("/{user_id:uuid}", operation_id="changeUser", guards=[managers])
@refuses(
    EmailInvalid,
    EmailNeeded,
    EmailTaken,
    Forbidden,
    LastOwner,
    NotFound,
    PhoneInvalid,
    PhoneNeeded,
    PhoneTaken,
    PhoneTakesNoSms,
)
async def change_user(
    *,
    user_id: FromPath[UUID],
    data: JSONBody[ChangeUser],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> UserOut:
    """Change a person's name, contacts, language, roles, or dismiss and reinstate him (`is_active`).

    Only an owner changes owners and supervisors, and the last active owner stays one. Roles and
    dismissal count within a second for tokens already issued. A worker who joins the office signs in
    anew, with his password.
    """
    user = await service.change_user(
        session, scope=caller, user_id=user_id, changes=data.changes(), if_match=if_match, now=clock.now()
    )
    return UserOut.of(user)


@post(
    "/{user_id:uuid}/password",
    operation_id="changePassword",
    guards=[anybody],
    status_code=204,
    dependencies={"session": Provide(provide_strangers_session)},
)
@refuses(Forbidden, NotFound, OldPasswordWrong, PasswordWeak, TooManyAttempts)
async def change_password(
    *,
    request: Request[Any, Any, Any],
    user_id: FromPath[UUID],
    data: JSONBody[ChangePassword],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    attempts: NamedDependency[Attempts],
    clock: NamedDependency[Clock],
) -> None:
    """Give a new password: one's own with the old one, as owner anybody's.

    All other sessions of that person end.
    """
    await service.change_password(
        session,
        scope=caller,
        family_id=request.auth.family_id,
        user_id=user_id,
        new_password=data.new_password,
        old_password=data.old_password,
        attempts=attempts,
        now=clock.now(),
    )
    await record_audit(session, caller, request)


router = Router(
    "/users",
    route_handlers=[create_user, list_users, get_user, change_user, change_password],
    tags=["identity: people"],
)
