"""The only door to identity for other modules. It hands out values: a company or a person changes in here only."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from app.db.session import Session
from app.identity.attempts.policies import Limit
from app.identity.attempts.service import (
    Attempt,
    Attempts,
    TooManyAttempts,
    by_address,
    count,
    refuse_if_spent,
)
from app.identity.companies import queries as companies
from app.identity.dependencies import provide_attempts, provide_ip
from app.identity.keyed_hash import keyed_hash
from app.identity.numbers.queries import next_number
from app.identity.sign_in.policies import CODE_LIFE
from app.identity.users import queries as users
from app.identity.users import service as people
from app.identity.users.queries import is_employed
from app.identity.users.service import (
    EmailNeeded,
    EmailTaken,
    PhoneNeeded,
    PhoneTaken,
    PhoneTakesNoSms,
    let_work,
)
from app.identity.values import Account, CompanyFacts

__all__ = [
    "CODE_LIFE",
    "Account",
    "Attempt",
    "Attempts",
    "CompanyFacts",
    "EmailNeeded",
    "EmailTaken",
    "Limit",
    "PhoneNeeded",
    "PhoneTaken",
    "PhoneTakesNoSms",
    "TooManyAttempts",
    "by_address",
    "count",
    "create_user",
    "find_users",
    "get_company",
    "get_entered_company",
    "is_employed",
    "keyed_hash",
    "let_work",
    "next_number",
    "provide_attempts",
    "provide_ip",
    "refuse_if_spent",
]


async def get_company(session: Session, company_id: UUID) -> CompanyFacts | None:
    company = await companies.get_company(session, company_id)
    return CompanyFacts.of(company) if company else None


async def get_entered_company(session: Session, company_id: UUID) -> CompanyFacts:
    """The company somebody is signed in to, which therefore exists."""
    return CompanyFacts.of(await companies.get_entered_company(session, company_id))


async def find_users(session: Session, company_id: UUID, user_ids: Iterable[UUID]) -> list[Account]:
    """Those of these people who exist in this company, in no particular order."""
    return [Account.of(user) for user in await users.find_users(session, company_id, user_ids)]


async def create_user(session: Session, company_id: UUID, **facts: Any) -> Account:
    """An account for somebody who has no password; the arguments and refusals are those of `users.service`."""
    return Account.of(await people.create_user(session, company_id, **facts))
