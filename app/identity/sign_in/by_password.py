"""The office signs in by e-mail and password."""

from datetime import datetime
from uuid import UUID

from app.db.session import Session
from app.identity.attempts.service import (
    Attempt,
    Attempts,
    by_address,
    count,
    forgive,
    remember,
    remembers,
)
from app.identity.models import UserAccount
from app.identity.passwords import hash_password, is_outdated
from app.identity.sign_in import policies
from app.identity.sign_in.accounts import only_one, people_with_password
from app.identity.users.queries import replace_password_hash


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
    await _count_try(attempts, email=email, ip=ip, now=now)
    user = await only_one(session, await people_with_password(session, email, password, company_id))
    if user.password_hash and is_outdated(user.password_hash):
        await replace_password_hash(session, user.company_id, user.id, await hash_password(password))
    await _forgive_tries(session, attempts, email=email, ip=ip, now=now)
    return user


async def _count_try(attempts: Attempts, *, email: str, ip: str, now: datetime) -> None:
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


async def _forgive_tries(session: Session, attempts: Attempts, *, email: str, ip: str, now: datetime) -> None:
    at_home = f"{email} {ip}"
    await forgive(session, attempts, "password.email", email)
    await forgive(session, attempts, "password.home", at_home)
    await remember(session, attempts, "password.usual", at_home, until=now + policies.USUAL_ADDRESS_FOR)
