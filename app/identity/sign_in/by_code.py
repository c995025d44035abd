"""Workers sign in by phone and a code sent by SMS."""

import secrets
from datetime import datetime
from uuid import UUID, uuid4

import structlog

from app.core.errors import DomainError
from app.core.ids import uuid7
from app.db.session import Session, enter_company
from app.identity.attempts.service import (
    Attempt,
    Attempts,
    TooManyAttempts,
    count,
    count_within,
)
from app.identity.keyed_hash import keyed_hash
from app.identity.ports import SendLoginCode
from app.identity.sign_in import policies, queries
from app.identity.sign_in.accounts import only_one, people_with_phone
from app.identity.sign_in.askers import (
    Asker,
    Known,
    budget_for,
    recognise_asker,
    tries_to_ask,
    tries_to_guess,
)
from app.identity.sign_in.models import LoginCode
from app.identity.sign_in.tickets import Ticket, seal, unseal
from app.identity.users.models import UserAccount

log = structlog.get_logger(__name__)


class LoginCodeWrong(DomainError):
    """Not the code that was sent, or it has been used."""

    status = 422
    code = "login_code_wrong"


class LoginCodeOver(DomainError):
    """Five minutes or five tries are over: ask for a new one."""

    status = 410
    code = "login_code_over"


async def send_code(
    session: Session,
    *,
    phone: str,
    company_id: UUID | None,
    ip: str,
    device_id: UUID | None,
    attempts: Attempts,
    send: SendLoginCode,
    secret_key: str,
    now: datetime,
) -> str:
    """Send a code by SMS if somebody may sign in with this phone. Returns the request id that goes with the code.

    The answer is the same for phones nobody has, office people and a company over its budget.

    Raises:
        TooManyAttempts: for this phone or address.
    """
    asker = await recognise_asker(attempts, phone=phone, ip=ip, device_id=device_id, now=now)
    await count(attempts, *tries_to_ask(asker, ip), now=now)
    people = await people_with_phone(session, phone, company_id)
    ticket = Ticket(
        company_id=people[0].company_id if people else uuid4(),
        login_code_id=uuid7(),
        phone=phone,
        is_company_chosen=company_id is not None,
        expires_at=now + policies.CODE_LIFE,
        asker=keyed_hash(secret_key, "asker", asker.id).hex(),
        asker_known=asker.known,
    )
    if people and await _is_within_budget(session, attempts, asker, people[0].company_id, now=now):
        await _send(session, people[0], ticket, send=send, secret_key=secret_key, now=now)
    return seal(secret_key, ticket)


async def sign_in_with_code(
    session: Session,
    *,
    request_id: str,
    code: str,
    company_id: UUID | None,
    ip: str,
    attempts: Attempts,
    secret_key: str,
    now: datetime,
) -> UserAccount:
    """Whose code this is; the session is then in his company.

    Tries are counted outside the session, also for request ids of unknown phones: a refusal must not
    give the try back, nor reveal whether the phone is known.

    Raises:
        TooManyAttempts: for this phone or address.
        LoginCodeOver: too late, or too many tries with this code.
        LoginCodeWrong: another code, or used already.
        CompanyChoiceNeeded: the phone is known in several companies; the code stays good.
        SignInFailed: the person may no longer sign in so, or is not of that company.
    """
    ticket = unseal(secret_key, request_id)
    if ticket is None:
        raise LoginCodeWrong
    if ticket.expires_at <= now:
        raise LoginCodeOver
    await _count_try(attempts, ticket, ip=ip, now=now)
    chosen = company_id or (ticket.company_id if ticket.is_company_chosen else None)
    # looks across companies, which Citus refuses in a transaction that has written
    people = await people_with_phone(session, ticket.phone, chosen)
    await enter_company(session, ticket.company_id)
    code_hash = _code_hash(secret_key, ticket.login_code_id, code)
    user_id = await queries.use_code(session, ticket.company_id, ticket.login_code_id, code_hash, now=now)
    if user_id is None:
        raise LoginCodeWrong
    return await only_one(session, people)


async def _count_try(attempts: Attempts, ticket: Ticket, *, ip: str, now: datetime) -> None:
    try:
        await count(
            attempts,
            Attempt("code_verify.code", str(ticket.login_code_id), [policies.CODE_VERIFY_PER_CODE]),
            *tries_to_guess(Asker(ticket.asker, ticket.phone, Known(ticket.asker_known)), ip),
            now=now,
        )
    except TooManyAttempts as refusal:
        if refusal.kind == "code_verify.code":
            raise LoginCodeOver from refusal
        raise


async def _is_within_budget(
    session: Session, attempts: Attempts, asker: Asker, company_id: UUID, *, now: datetime
) -> bool:
    try:
        await count_within(session, attempts, budget_for(asker, company_id), now=now)
    except TooManyAttempts:
        log.warning("login_code_budget_spent", company_id=str(company_id))
        return False
    return True


async def _send(
    session: Session,
    user: UserAccount,
    ticket: Ticket,
    *,
    send: SendLoginCode,
    secret_key: str,
    now: datetime,
) -> None:
    await enter_company(session, user.company_id)
    await queries.forget_old_codes(session, user.company_id, user.id, now=now)
    code = f"{secrets.randbelow(1_000_000):06d}"
    login_code = LoginCode(
        company_id=user.company_id,
        id=ticket.login_code_id,
        user_id=user.id,
        code_hash=_code_hash(secret_key, ticket.login_code_id, code),
        expires_at=ticket.expires_at,
    )
    session.add(login_code)
    await send(
        session,
        company_id=user.company_id,
        user_id=user.id,
        phone=ticket.phone,
        lang=user.lang,
        code=code,
        login_code_id=login_code.id,
        now=now,
    )


def _code_hash(secret_key: str, login_code_id: UUID, code: str) -> bytes:
    return keyed_hash(secret_key, "login code", str(login_code_id), "".join(code.split()))
