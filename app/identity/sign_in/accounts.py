"""Whose accounts an e-mail or a phone opens, in any company, and which one is meant."""

from collections.abc import Sequence
from uuid import UUID

from app.core.errors import DomainError
from app.db.session import Session, Sessions, enter_company, transaction
from app.identity.companies.queries import get_entered_company
from app.identity.passwords import is_right
from app.identity.sessions.service import SignInFailed
from app.identity.sign_in import policies, queries
from app.identity.sign_in.queries import AccountId
from app.identity.users.models import UserAccount
from app.identity.users.policies import may_sign_in_by_code
from app.identity.users.queries import get_known_user


class CompanyChoiceNeeded(DomainError):
    """The password or code is right in several companies: `companies` lists them, the client repeats with one."""

    status = 409
    code = "company_choice_needed"


async def accounts_of(session: Session, email: str, company_id: UUID | None) -> list[AccountId]:
    accounts = _of_company(await queries.find_accounts(session, email=email), company_id)
    return accounts[: policies.ACCOUNTS_TRIED_MAX]


async def people_with_password(
    sessions: Sessions, accounts: Sequence[AccountId], password: str, *, who: str
) -> list[UserAccount]:
    """Those of these people whose password it is; `who` asks, from this address.

    No transaction is open while a password is compared. Takes as long for no account as for a wrong password.
    """
    people = []
    for account in accounts:
        async with transaction(sessions, account.company_id) as session:
            user = await get_known_user(session, *account)
        if await is_right(password, user.password_hash, who=who):
            people.append(user)
    if not accounts:
        await is_right(password, None, who=who)
    return people


async def accounts_with_phone(session: Session, phone: str, company_id: UUID | None) -> list[AccountId]:
    return _of_company(await queries.find_accounts(session, phone=phone), company_id)


async def who_may_sign_in_by_code(session: Session, accounts: Sequence[AccountId]) -> list[UserAccount]:
    """The session is left in the company of the last one looked at."""
    people = []
    for account in accounts:
        await enter_company(session, account.company_id)
        user = await get_known_user(session, *account)
        if may_sign_in_by_code(user.roles):
            people.append(user)
    return people


async def only_one(session: Session, people: Sequence[UserAccount]) -> UserAccount:
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


def _of_company(accounts: Sequence[AccountId], company_id: UUID | None) -> list[AccountId]:
    return [one for one in accounts if company_id is None or one.company_id == company_id]
