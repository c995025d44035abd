"""How the office (e-mail and password) and workers (phone and SMS code) prove who they are."""

import secrets
from collections.abc import Sequence
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
    by_address,
    count,
    count_within,
    forgive,
    remember,
    remembers,
)
from app.identity.companies.queries import get_entered_company
from app.identity.keyed_hash import keyed_hash
from app.identity.models import LoginCode, UserAccount
from app.identity.passwords import hash_password, is_outdated, is_right
from app.identity.ports import SendLoginCode
from app.identity.sessions.service import SignInFailed
from app.identity.sign_in import policies, queries
from app.identity.sign_in.queries import AccountId
from app.identity.sign_in.tickets import Ticket, seal, unseal
from app.identity.users.queries import get_user, replace_password_hash

log = structlog.get_logger(__name__)


class CompanyChoiceNeeded(DomainError):
    """The proof is good in several companies: `companies` names them, the client repeats with one."""

    status = 409
    code = "company_choice_needed"


class LoginCodeWrong(DomainError):
    """Not the code that was sent, or it has been used."""

    status = 422
    code = "login_code_wrong"


class LoginCodeOver(DomainError):
    """Five minutes or five tries are over: ask for a new one."""

    status = 410
    code = "login_code_over"


async def sign_in_with_password(
    session: Session,
    *,
    email: str,
    password: str,
    company_id: UUID | None,
    ip: str,
    attempts: Attempts,
    now: datetime,
) -> UserAccount:
    """Who this is; the session is then in his company. Unknown e-mails take as long as wrong passwords.

    Raises:
        TooManyAttempts: for this e-mail or address.
        SignInFailed: e-mail, password or company is wrong.
        CompanyChoiceNeeded: the same e-mail and password are good in several companies.
    """
    email = email.lower()
    await _count_password_try(attempts, email=email, ip=ip, now=now)
    accounts = _of_company(await queries.find_accounts(session, email=email), company_id)
    people = await _people_with_password(session, accounts[: policies.ACCOUNTS_TRIED_MAX], password)
    user = await _only_one(session, people)
    if user.password_hash and is_outdated(user.password_hash):
        await replace_password_hash(session, user.company_id, user.id, await hash_password(password))
    await _forgive_password_tries(session, attempts, email=email, ip=ip, now=now)
    return user


async def send_login_code(
    session: Session,
    *,
    phone: str,
    company_id: UUID | None,
    ip: str,
    attempts: Attempts,
    send: SendLoginCode,
    secret_key: str,
    now: datetime,
) -> str:
    """Send a code by SMS if somebody may sign in with this phone. The request id to verify it with.

    The answer is the same for phones nobody has, office people and a company over its budget.

    Raises:
        TooManyAttempts: for this phone or address.
    """
    await count(
        attempts,
        Attempt("code_send.phone", phone, policies.CODE_SEND_PER_PHONE),
        by_address("code_send", ip, policies.CODE_SEND_PER_ADDRESS),
        now=now,
    )
    people = await _people_with_phone(session, phone, company_id)
    ticket = Ticket(
        company_id=people[0].company_id if people else uuid4(),
        login_code_id=uuid7(),
        phone=phone,
        is_company_chosen=company_id is not None,
        expires_at=now + policies.CODE_LIFE,
    )
    if people and await _is_within_budget(session, attempts, people[0].company_id, now=now):
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

    Tries are counted outside the session, for made-up request ids as well: a refusal neither gives
    a try back nor tells whether the phone is known.

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
    await _count_code_try(attempts, ticket, ip=ip, now=now)
    await enter_company(session, ticket.company_id)
    code_hash = _code_hash(secret_key, ticket.login_code_id, code)
    user_id = await queries.use_code(session, ticket.company_id, ticket.login_code_id, code_hash, now=now)
    if user_id is None:
        raise LoginCodeWrong
    chosen = company_id or (ticket.company_id if ticket.is_company_chosen else None)
    return await _only_one(session, await _people_with_phone(session, ticket.phone, chosen))


async def _count_password_try(attempts: Attempts, *, email: str, ip: str, now: datetime) -> None:
    """A guesser's tries do not count at the address where the person usually signs in, nor the reverse."""
    at_home = f"{email} {ip}"
    is_usual = await remembers(attempts, "password.usual", at_home, now=now)
    tried = ("password.home", at_home) if is_usual else ("password.email", email)
    await count(
        attempts,
        Attempt(*tried, [policies.PASSWORD_PER_EMAIL]),
        by_address("password", ip, policies.PASSWORD_PER_ADDRESS),
        now=now,
    )


async def _forgive_password_tries(
    session: Session, attempts: Attempts, *, email: str, ip: str, now: datetime
) -> None:
    at_home = f"{email} {ip}"
    await forgive(session, attempts, "password.email", email)
    await forgive(session, attempts, "password.home", at_home)
    await remember(session, attempts, "password.usual", at_home, until=now + policies.USUAL_ADDRESS_FOR)


async def _count_code_try(attempts: Attempts, ticket: Ticket, *, ip: str, now: datetime) -> None:
    try:
        await count(
            attempts,
            Attempt("code_verify.code", str(ticket.login_code_id), [policies.CODE_VERIFY_PER_CODE]),
            Attempt("code_verify.phone", ticket.phone, [policies.CODE_VERIFY_PER_PHONE]),
            by_address("code_verify", ip, policies.CODE_VERIFY_PER_ADDRESS),
            now=now,
        )
    except TooManyAttempts as refusal:
        if refusal.kind == "code_verify.code":
            raise LoginCodeOver from refusal
        raise


async def _people_with_password(
    session: Session, accounts: Sequence[AccountId], password: str
) -> list[UserAccount]:
    people = []
    for account in accounts:
        await enter_company(session, account.company_id)
        user = await get_user(session, *account)
        if await is_right(password, user.password_hash if user else None) and user is not None:
            people.append(user)
    if not accounts:
        await is_right(password, None)
    return people


async def _people_with_phone(session: Session, phone: str, company_id: UUID | None) -> list[UserAccount]:
    """Those who may sign in by code; the session is left in the company of the last one looked at."""
    people = []
    for account in _of_company(await queries.find_accounts(session, phone=phone), company_id):
        await enter_company(session, account.company_id)
        user = await get_user(session, *account)
        if user is not None and policies.may_sign_in_by_code(user.roles):
            people.append(user)
    return people


async def _only_one(session: Session, people: Sequence[UserAccount]) -> UserAccount:
    """The one person of these, his company entered.

    Raises:
        SignInFailed: nobody.
        CompanyChoiceNeeded: several.
    """
    if not people:
        raise SignInFailed
    if len(people) > 1:
        raise CompanyChoiceNeeded(companies=await _companies_of(session, people))
    await enter_company(session, people[0].company_id)
    return people[0]


async def _companies_of(session: Session, people: Sequence[UserAccount]) -> list[dict[str, str]]:
    companies = []
    for user in people:
        await enter_company(session, user.company_id)
        company = await get_entered_company(session, user.company_id)
        companies.append({"id": str(company.id), "name": company.name})
    return companies


async def _is_within_budget(session: Session, attempts: Attempts, company_id: UUID, *, now: datetime) -> bool:
    budget = Attempt("code_send.company", str(company_id), [policies.CODE_SEND_PER_COMPANY])
    try:
        await count_within(session, attempts, budget, now=now)
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
    return keyed_hash(secret_key, "login code", str(login_code_id), code)


def _of_company(accounts: Sequence[AccountId], company_id: UUID | None) -> list[AccountId]:
    return [one for one in accounts if company_id is None or one.company_id == company_id]
