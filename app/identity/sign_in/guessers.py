"""Limits on guessing passwords. A place where the owner of an account has signed in before has tries of its
own; all other places share theirs. So strangers, however many, cannot lock the owner out.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain
from uuid import UUID

from app.db.session import Session, transaction
from app.identity.attempts.service import (
    Attempt,
    Attempts,
    TooManyAttempts,
    by_address,
    count,
    forgive,
    remember,
    remembered,
)
from app.identity.sign_in import policies
from app.identity.sign_in.accounts import accounts_of
from app.identity.sign_in.places import places_of
from app.identity.sign_in.queries import AccountId

KNOWN_PLACE = "password.known_place"
TRIED_THERE = "password.home"


async def accounts_to_try(
    attempts: Attempts, *, email: str, company_id: UUID | None, ip: str, device_id: UUID | None, now: datetime
) -> list[AccountId]:
    """The accounts of an e-mail whose password may be tried once more from here; that try is counted.

    A place is known for one account, not for an e-mail: somebody who registers your e-mail in a company
    of his own is still a stranger to your account. Strangers are counted by the e-mail they type, so
    the limit does not reveal whether anybody has it. A success does not reset their count.

    Raises:
        TooManyAttempts: none of them may be tried.
    """
    async with transaction(attempts.sessions, None) as session:
        accounts = await accounts_of(session, email, company_id)
    known = await _known_places(attempts, accounts, ip=ip, device_id=device_id, now=now)
    strange = [account for account in accounts if account not in known]
    tries: list[tuple[list[AccountId], list[Attempt]]] = [
        ([account], [_at(known[account])]) for account in known
    ]
    if strange or not accounts:
        tries.append((strange, _by_a_stranger(email, ip)))
    return await _not_spent(attempts, tries, now=now)


async def remember_guesser(
    session: Session,
    attempts: Attempts,
    *,
    account: AccountId,
    ip: str,
    device_id: UUID | None,
    now: datetime,
) -> None:
    """The owner of the account has signed in: remember his device and address, and forget the tries there."""
    for place in _places(account, ip=ip, device_id=device_id):
        await remember(session, attempts, KNOWN_PLACE, place, until=now + policies.PLACE_KNOWN_FOR)
        await forgive(session, attempts, TRIED_THERE, place)


async def _known_places(
    attempts: Attempts, accounts: Sequence[AccountId], *, ip: str, device_id: UUID | None, now: datetime
) -> Mapping[AccountId, str]:
    """Asks the database also when there is no account: the time of the answer must not reveal that."""
    places = {account: _places(account, ip=ip, device_id=device_id) for account in accounts}
    seen = await remembered(attempts, KNOWN_PLACE, list(chain(*places.values())), now=now)
    known = {
        account: next((place for place in places[account] if place in seen), None) for account in accounts
    }
    return {account: place for account, place in known.items() if place is not None}


def _places(account: AccountId, *, ip: str, device_id: UUID | None) -> list[str]:
    return places_of(f"{account.company_id} {account.user_id}", ip=ip, device_id=device_id)


def _at(place: str) -> Attempt:
    return Attempt(TRIED_THERE, place, [policies.PASSWORD_PER_PLACE])


def _by_a_stranger(email: str, ip: str) -> list[Attempt]:
    (place,) = places_of(email, ip=ip)
    return [
        Attempt("password.place", place, [policies.PASSWORD_PER_PLACE]),
        Attempt("password.email", email, [policies.PASSWORD_BY_STRANGERS]),
        by_address("password", ip, policies.PASSWORD_PER_ADDRESS),
    ]


async def _not_spent(
    attempts: Attempts, tries: Sequence[tuple[list[AccountId], list[Attempt]]], *, now: datetime
) -> list[AccountId]:
    left, refusals = list[AccountId](), list[TooManyAttempts]()
    for accounts, counted in tries:
        try:
            await count(attempts, *counted, now=now)
        except TooManyAttempts as refusal:
            refusals.append(refusal)
        else:
            left += accounts
    if len(refusals) == len(tries):
        raise refusals[0]
    return left
