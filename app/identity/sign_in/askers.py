"""Limits on asking for sign-in codes by SMS. A place where the owner of the phone has signed in before has
tries of its own; all other places share theirs. So strangers, however many, cannot lock the owner out.
"""

from datetime import datetime
from enum import IntEnum
from typing import NamedTuple
from uuid import UUID

from app.db.session import Session
from app.identity.attempts.service import Attempt, Attempts, by_address, remember, remembered
from app.identity.sign_in import policies
from app.identity.sign_in.places import places_of

KNOWN_PLACE = "code.usual"


class Known(IntEnum):
    """How sure it is that the owner of the phone is asking."""

    NOT = 0
    BY_ADDRESS = 1
    """He has signed in from this address, which he may share with others."""
    BY_DEVICE = 2
    """He has signed in on this device, whose id nobody else knows."""


class Asker(NamedTuple):
    """One place that asks for codes of one phone."""

    id: str
    """The phone with a device or an address: each has its own tries."""
    phone: str
    known: Known
    """Whether somebody has signed in with this phone from there."""


async def recognise_asker(
    attempts: Attempts, *, phone: str, ip: str, device_id: UUID | None, now: datetime
) -> Asker:
    """Recognised by the id of the device, or else by the address."""
    places = places_of(phone, ip=ip, device_id=device_id)
    seen = await remembered(attempts, KNOWN_PLACE, places, now=now)
    for place in places:
        if place in seen:
            return Asker(place, phone, Known.BY_ADDRESS if place == places[-1] else Known.BY_DEVICE)
    return Asker(places[-1], phone, Known.NOT)


async def remember_asker(
    session: Session, attempts: Attempts, *, phone: str, ip: str, device_id: UUID | None, now: datetime
) -> None:
    """The owner of the phone has signed in from here."""
    for place in places_of(phone, ip=ip, device_id=device_id):
        await remember(session, attempts, KNOWN_PLACE, place, until=now + policies.PLACE_KNOWN_FOR)


def tries_to_ask(asker: Asker, ip: str) -> list[Attempt]:
    """What to count for one more code: a known place only its own limit, a stranger also those of all strangers."""
    by_itself = Attempt("code_send.asker", asker.id, policies.CODE_SEND_PER_ASKER)
    if asker.known:
        return [by_itself]
    return [
        by_itself,
        Attempt("code_send.phone", asker.phone, policies.CODE_SEND_BY_STRANGERS),
        by_address("code_send", ip, policies.CODE_SEND_PER_ADDRESS),
    ]


def tries_to_guess(asker: Asker, ip: str) -> list[Attempt]:
    """What to count for one more try with a code that was sent to this asker, wherever it is tried."""
    if asker.known is Known.BY_DEVICE:
        return [Attempt("code_verify.asker", asker.id, [policies.CODE_VERIFY_PER_DEVICE])]
    if asker.known is Known.BY_ADDRESS:
        usual = [policies.CODE_VERIFY_AT_USUAL_ADDRESSES]
        return [Attempt("code_verify.usual_addresses", asker.phone, usual)]
    return [
        Attempt("code_verify.asker", asker.id, [policies.CODE_VERIFY_PER_STRANGER]),
        Attempt("code_verify.phone", asker.phone, [policies.CODE_VERIFY_BY_STRANGERS]),
        by_address("code_verify", ip, policies.CODE_VERIFY_PER_ADDRESS),
    ]


def budget_for(asker: Asker, company_id: UUID) -> Attempt:
    """The codes a company pays for in a day. Known places have a budget of their own, which strangers cannot spend."""
    kind = "code_send.company_known" if asker.known else "code_send.company"
    return Attempt(kind, str(company_id), [policies.CODE_SEND_PER_COMPANY])
