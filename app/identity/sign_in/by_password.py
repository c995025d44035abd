"""The office signs in by e-mail and password."""

from datetime import datetime
from uuid import UUID

from app.core.addresses import same_caller
from app.core.emails import fold_email
from app.db.session import Session
from app.identity.attempts.service import Attempts
from app.identity.passwords import hash_password, is_outdated, refuse_if_full
from app.identity.sign_in.accounts import only_one, people_with_password
from app.identity.sign_in.guessers import accounts_to_try
from app.identity.users.models import UserAccount
from app.identity.users.queries import replace_password_hash


async def sign_in_with_password(
    session: Session,
    *,
    email: str,
    password: str,
    company_id: UUID | None,
    ip: str,
    device_id: UUID | None,
    attempts: Attempts,
    now: datetime,
) -> UserAccount:
    """Who this is, as he was read when the password was compared; the session is then in his company.

    The session must not have begun anything before. Unknown e-mails take as long as wrong passwords.

    Raises:
        TooBusy: too many sign in at the moment.
        TooManyAttempts: from this place, or by strangers.
        SignInFailed: e-mail, password or company is wrong.
        CompanyChoiceNeeded: the same e-mail and password are good in several companies.
    """
    who = same_caller(ip)
    refuse_if_full(who)
    accounts = await accounts_to_try(
        attempts, email=fold_email(email), company_id=company_id, ip=ip, device_id=device_id, now=now
    )
    people = await people_with_password(attempts.sessions, accounts, password, who=who)
    old_hash = people[0].password_hash if len(people) == 1 else None
    new_hash = await hash_password(password) if old_hash and is_outdated(old_hash) else None
    user = await only_one(session, people)
    if old_hash and new_hash:
        await replace_password_hash(session, user.company_id, user.id, old_hash, new_hash)
        user.password_hash = new_hash
    return user
