"""A worker says whether he may be tracked. What is kept of him against his word is removed at once."""

from datetime import datetime, timedelta
from typing import NamedTuple, cast
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from app.core.errors import DomainError
from app.core.i18n import LANGS
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.session import Session
from app.identity import api as identity
from app.tracking.consents import queries, words
from app.tracking.consents.models import ConsentText, PrivateTime, TrackingConsent
from app.tracking.pings.forgetting import forget_from, forget_until
from app.tracking.settings.queries import get_kept_days
from app.workforce.api import check_works_here

SHORTEST = timedelta(seconds=1)
"""An end that comes before its beginning, by the phone's clock, still ends it."""


class ConsentTextUnknown(DomainError):
    """The company has no text of this version. The app shows the present one and asks again."""

    status = 422
    code = "consent_text_unknown"


class NoConsentInForce(DomainError):
    """There is nothing to withdraw: the worker has given no consent, or has withdrawn it."""

    code = "no_consent_in_force"


class Consent(NamedTuple):
    """A consent as others see it. It counts in [given_at, withdrawn_at)."""

    text_version: int
    lang: str
    given_at: datetime
    withdrawn_at: datetime | None


class PrivateHours(NamedTuple):
    """A private time: [begins_at, ends_at). It lasts while `ends_at` is None."""

    begins_at: datetime
    ends_at: datetime | None


class ConsentWords(NamedTuple):
    """What a worker is asked to agree to."""

    version: int
    texts: dict[str, str]
    """By language."""


async def read_words(session: Session, company_id: UUID) -> ConsentWords:
    """The present text of the company."""
    own = await queries.get_text(session, company_id)
    return _own_words(own) if own else await _usual_words(session, company_id)


async def _read_words_of(session: Session, company_id: UUID, version: int) -> ConsentWords:
    """The text of this version.

    Raises:
        ConsentTextUnknown: there is none.
    """
    if own := await queries.get_text(session, company_id, version=version):
        return _own_words(own)
    if version != words.VERSION:
        raise ConsentTextUnknown(version=version)
    return await _usual_words(session, company_id)


def _own_words(own: ConsentText) -> ConsentWords:
    return ConsentWords(own.version, {"ru": own.ru, "en": own.en})


async def _usual_words(session: Session, company_id: UUID) -> ConsentWords:
    company = await identity.get_entered_company(session, company_id)
    kept_days = await get_kept_days(session, company_id)
    name = company.legal_name or company.name
    return ConsentWords(
        words.VERSION, {lang: words.usual_words(lang, company=name, kept_days=kept_days) for lang in LANGS}
    )


async def add_text(session: Session, scope: Scope, *, ru: str, en: str, now: datetime) -> ConsentText:
    """Give the company another text. Consents to an earlier one stay in force: whoever gave them read other words."""
    last = await queries.get_text(session, scope.company_id)
    added = ConsentText(
        company_id=scope.company_id,
        version=(last.version if last else words.VERSION) + 1,
        ru=ru,
        en=en,
        created_by=scope.user_id,
        created_at=now,
    )
    session.add(added)
    return added


async def give_consent(
    session: Session, scope: Scope, *, text_version: int, lang: str, at: datetime
) -> Consent:
    """The caller agrees to be tracked while he works, from `at` on. If he has agreed already, nothing changes.

    Raises:
        ConsentTextUnknown: the company has no such text.
        WorkerNotFound: the caller is not a worker.
    """
    await check_works_here(session, scope.company_id, [scope.user_id])
    last = await queries.lock_last_consent(session, scope.company_id, scope.user_id)
    if last is not None and last.withdrawn_at is None:
        return _consent(last)
    read = await _read_words_of(session, scope.company_id, text_version)
    given = TrackingConsent(
        company_id=scope.company_id,
        id=uuid7(),
        worker_id=scope.user_id,
        text_version=read.version,
        lang=lang,
        text=read.texts[lang],
        given_at=max(at, last.withdrawn_at) if last and last.withdrawn_at else at,
        device_id=scope.device_id,
    )
    session.add(given)
    await forget_until(session, scope.company_id, scope.user_id, given.given_at)
    await session.flush()  # a second one at the same time is refused here
    return _consent(given)


async def withdraw_consent(session: Session, scope: Scope, *, at: datetime, now: datetime) -> Consent:
    """The caller takes his consent back, from `at` on. What was kept of him since then is removed.

    Raises:
        NoConsentInForce: there is none.
    """
    consent = await queries.lock_last_consent(session, scope.company_id, scope.user_id)
    if consent is None or consent.withdrawn_at is not None:
        raise NoConsentInForce
    consent.withdrawn_at = max(at, consent.given_at)
    await forget_from(session, scope.company_id, scope.user_id, consent.withdrawn_at, now=now)
    return _consent(consent)


async def start_private_time(session: Session, scope: Scope, *, at: datetime, now: datetime) -> PrivateHours:
    """The caller does not want to be tracked from `at` on. What was kept of him since then is removed.

    If he is in private time already, nothing changes.

    Raises:
        WorkerNotFound: the caller is not a worker.
    """
    await check_works_here(session, scope.company_id, [scope.user_id])
    last = await queries.get_last_private_time(session, scope.company_id, scope.user_id, lock=True)
    if last is not None and last.period.upper is None:
        return _hours(last)
    begins_at = max(at, last.period.upper) if last and last.period.upper else at
    private = PrivateTime(
        company_id=scope.company_id, id=uuid7(), worker_id=scope.user_id, period=Range(begins_at, None)
    )
    session.add(private)
    await forget_from(session, scope.company_id, scope.user_id, begins_at, now=now)
    await session.flush()  # a second one at the same time is refused here
    return _hours(private)


async def get_last_private_time(session: Session, scope: Scope) -> PrivateHours | None:
    """The caller's private time that began last."""
    last = await queries.get_last_private_time(session, scope.company_id, scope.user_id)
    return None if last is None else _hours(last)


async def end_private_time(session: Session, scope: Scope, *, at: datetime) -> PrivateHours | None:
    """The caller may be tracked again from `at` on. None: he was not in private time, and nothing changes."""
    last = await queries.get_last_private_time(session, scope.company_id, scope.user_id, lock=True)
    if last is None or last.period.upper is not None or last.period.lower is None:
        return None
    last.period = Range(last.period.lower, max(at, last.period.lower + SHORTEST))
    await forget_until(session, scope.company_id, scope.user_id, at)
    return _hours(last)


def _consent(row: TrackingConsent) -> Consent:
    return Consent(row.text_version, row.lang, row.given_at, row.withdrawn_at)


def _hours(row: PrivateTime) -> PrivateHours:
    return PrivateHours(cast(datetime, row.period.lower), row.period.upper)  # a CHECK asks for the first
