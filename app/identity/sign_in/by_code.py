"""Workers sign in by phone and a code sent by SMS."""

import secrets
from datetime import datetime
from uuid import UUID, uuid4

import structlog

from app.core.errors import DomainError
from app.core.ids import uuid7
from app.db.session import Session, enter_company, transaction
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
from app.identity.sign_in.accounts import accounts_with_phone, only_one, who_may_sign_in_by_code
from app.identity.sign_in.askers import (
    Asker,
    Known,
    budget_for,
    recognise_asker,
    tries_to_ask,
    tries_to_guess,
)
from app.identity.sign_in.models import LoginCode
from app.identity.sign_in.tickets import Ticket, unseal
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


async def allow_code(
    *,
    phone: str,
    company_id: UUID | None,
    ip: str,
    device_id: UUID | None,
    attempts: Attempts,
    secret_key: str,
    now: datetime,
) -> tuple[Ticket, Asker]:
    """Count somebody's wish for a code. What is sent afterwards, by `send_code`, he does not wait for.

    So the same is done for phones that somebody has and for those that nobody has, and the time of the answer
    cannot tell them apart, however busy we are.

    Raises:
        TooManyAttempts: for this phone or address.
    """
    asker = await recognise_asker(attempts, phone=phone, ip=ip, device_id=device_id, now=now)
    await count(attempts, *tries_to_ask(asker, ip), now=now)
    ticket = Ticket(
        company_id=company_id or uuid4(),
        login_code_id=uuid7(),
        phone=phone,
        is_company_chosen=company_id is not None,
        expires_at=now + policies.CODE_LIFE,
        asker=keyed_hash(secret_key, "asker", asker.id).hex(),
        asker_known=asker.known,
    )
    return ticket, asker


async def send_code(
    ticket: Ticket, asker: Asker, *, attempts: Attempts, send: SendLoginCode, secret_key: str, now: datetime
) -> None:
    """Plan the SMS if somebody may sign in with this phone and his company is within its budget.

    The background process sends it. What fails here is logged: the phone asks again in half a minute.
    """
    try:
        async with transaction(attempts.sessions, None) as session:
            accounts = await accounts_with_phone(session, ticket.phone, ticket.chosen_company_id())
            people = await who_may_sign_in_by_code(session, accounts)
            if people and await _is_within_budget(session, attempts, asker, people[0].company_id, now=now):
                await _send(session, people[0], ticket, send=send, secret_key=secret_key, now=now)
    except Exception as error:
        log.error("login_code_not_sent", exc_info=error)


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

    For a phone that nobody has, the code is looked for in a company that does not exist. Tries are counted
    outside the session, also for request ids of unknown phones: a refusal must not give the try back, nor
    reveal whether the phone is known.

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
    # looks across companies, which Citus refuses in a transaction that has written
    known = await accounts_with_phone(session, ticket.phone, ticket.chosen_company_id())
    code_hash = _code_hash(secret_key, ticket.login_code_id, code)
    for its_company_id in [account.company_id for account in known] or [ticket.company_id]:
        await enter_company(session, its_company_id)
        if await queries.use_code(session, its_company_id, ticket.login_code_id, code_hash, now=now):
            break
    else:
        raise LoginCodeWrong
    meant = [account for account in known if company_id in (None, account.company_id)]
    return await only_one(session, await who_may_sign_in_by_code(session, meant))


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
