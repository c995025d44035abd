"""The commands of a phone about being tracked. When they happened is worked out as for every command."""

from datetime import datetime

from app.core.scope import Scope
from app.db.session import Session
from app.field.privacy.schemas import (
    ConsentStateOut,
    EndPrivateTime,
    GiveConsent,
    PrivateTimeOut,
    StartPrivateTime,
    WithdrawConsent,
)
from app.tracking import api as tracking


async def give_tracking_consent(
    session: Session, scope: Scope, *, sent: GiveConsent, now: datetime
) -> ConsentStateOut:
    """Agree to be tracked.

    Raises:
        ConsentTextUnknown: the company has no such text.
        WorkerNotFound: the caller is not a worker.
    """
    at = sent.happened_at(now)
    return ConsentStateOut.of(
        await tracking.give_consent(session, scope, text_version=sent.text_version, lang=sent.lang, at=at)
    )


async def withdraw_tracking_consent(
    session: Session, scope: Scope, *, sent: WithdrawConsent, now: datetime
) -> ConsentStateOut:
    """Take the consent back.

    Raises:
        NoConsentInForce: there is none.
    """
    at = sent.happened_at(now)
    return ConsentStateOut.of(await tracking.withdraw_consent(session, scope, at=at, now=now))


async def start_private_time(
    session: Session, scope: Scope, *, sent: StartPrivateTime, now: datetime
) -> PrivateTimeOut:
    """Begin private time.

    Raises:
        WorkerNotFound: the caller is not a worker.
    """
    at = sent.happened_at(now)
    return PrivateTimeOut.of(await tracking.start_private_time(session, scope, at=at, now=now))


async def end_private_time(
    session: Session, scope: Scope, *, sent: EndPrivateTime, now: datetime
) -> PrivateTimeOut:
    """End private time. Without one nothing changes."""
    return PrivateTimeOut.of(await tracking.end_private_time(session, scope, at=sent.happened_at(now)))
