"""What a worker's phone commands about being tracked."""

from app.db.session import Session
from app.field.commands.kinds import Kind, Sent, Subject
from app.field.privacy.schemas import (
    ConsentStateOut,
    EndPrivateTime,
    GiveTrackingConsent,
    PrivateTimeOut,
    StartPrivateTime,
    WithdrawTrackingConsent,
)
from app.tracking import api as tracking


async def give_tracking_consent(session: Session, sent: Sent[GiveTrackingConsent]) -> ConsentStateOut:
    """Agree to be tracked.

    Raises:
        ConsentTextUnknown: the company has no such text.
        WorkerNotFound: the caller is not a worker.
    """
    consent = await tracking.give_consent(
        session,
        sent.caller,
        text_version=sent.body.text_version,
        clients_see=sent.body.clients_see is True,
        lang=sent.body.lang,
        at=sent.body.happened_at(sent.now),
        now=sent.now,
    )
    return ConsentStateOut.of(consent)


async def withdraw_tracking_consent(session: Session, sent: Sent[WithdrawTrackingConsent]) -> ConsentStateOut:
    """Take the consent back. Without one it is remembered: one that was given before may still be on its way.

    Raises:
        WorkerNotFound: the caller is not a worker.
    """
    at = sent.body.happened_at(sent.now)
    return ConsentStateOut.of(await tracking.withdraw_consent(session, sent.caller, at=at, now=sent.now))


async def start_private_time(session: Session, sent: Sent[StartPrivateTime]) -> PrivateTimeOut:
    """Begin private time.

    Raises:
        WorkerNotFound: the caller is not a worker.
    """
    at = sent.body.happened_at(sent.now)
    return PrivateTimeOut.of(await tracking.start_private_time(session, sent.caller, at=at, now=sent.now))


async def end_private_time(session: Session, sent: Sent[EndPrivateTime]) -> PrivateTimeOut:
    """End private time. Without one it is remembered: its beginning may still be on its way.

    Raises:
        WorkerNotFound: the caller is not a worker.
    """
    at = sent.body.happened_at(sent.now)
    return PrivateTimeOut.of(await tracking.end_private_time(session, sent.caller, at=at, now=sent.now))


GIVE_TRACKING_CONSENT = Kind(
    "give_tracking_consent", GiveTrackingConsent, Subject.WORKER, give_tracking_consent
)
WITHDRAW_TRACKING_CONSENT = Kind(
    "withdraw_tracking_consent", WithdrawTrackingConsent, Subject.WORKER, withdraw_tracking_consent
)
START_PRIVATE_TIME = Kind("start_private_time", StartPrivateTime, Subject.WORKER, start_private_time)
END_PRIVATE_TIME = Kind("end_private_time", EndPrivateTime, Subject.WORKER, end_private_time)
