"""A worker says whether he may be tracked. What is kept of him against his word is removed at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, cast
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from app.core.clock import SAME_MOMENT
from app.core.errors import DomainError
from app.core.i18n import LANGS
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.session import Session
from app.identity import api as identity
from app.tracking.consents import queries, words
from app.tracking.consents.models import ConsentText, PrivateTime, TrackingConsent
from app.tracking.pings.forgetting import forget_forbidden
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
    """The caller agrees to be tracked while he works, from `at` on. If he had agreed by then, nothing changes.

    What was said last in time holds: a consent that arrives after a later withdrawal opens nothing after it.

    Raises:
        ConsentTextUnknown: the company has no such text.
        WorkerNotFound: the caller is not a worker.
    """
    await check_works_here(session, scope.company_id, [scope.user_id])
    known = await queries.find_consents_of(session, scope.company_id, scope.user_id, lock=True)
    if (counted := _consent_at(known, at)) is not None:
        return _consent(counted)
    read = await _read_words_of(session, scope.company_id, text_version)
    given = TrackingConsent(
        company_id=scope.company_id,
        id=uuid7(),
        worker_id=scope.user_id,
        text_version=read.version,
        lang=lang,
        text=read.texts[lang],
        given_at=at,
        withdrawn_at=min((one.given_at for one in known if one.given_at > at), default=None),
        device_id=scope.device_id,
    )
    session.add(given)
    await session.flush()  # a second one at the same time is refused here
    return _consent(given)


def _consent_at(known: Sequence[TrackingConsent], at: datetime) -> TrackingConsent | None:
    """The consent that counts at this moment."""
    return next(
        (one for one in known if one.given_at <= at and (one.withdrawn_at is None or at < one.withdrawn_at)),
        None,
    )


async def withdraw_consent(session: Session, scope: Scope, *, at: datetime, now: datetime) -> Consent:
    """The caller takes his consent back, from `at` on. What was kept of him since then is removed.

    A consent that he has given after `at` stays. Each withdrawal is kept, also if none counted then: a consent of
    before that may still be on its way.

    Raises:
        NoConsentInForce: he has given none, or has said the same already.
    """
    known = await queries.find_consents_of(session, scope.company_id, scope.user_id, lock=True)
    consent = _consent_at(known, at) or next((one for one in known if _is_just_given(one, at)), None)
    if consent is None:
        return _consent(_withdrawn_again(session, known, at))
    until = consent.withdrawn_at
    if until is not None and all(one.given_at != until for one in known):
        session.add(_mark(consent, until))
    consent.withdrawn_at = max(at, consent.given_at)
    await forget_forbidden(
        session, scope.company_id, scope.user_id, consent.withdrawn_at, until, may_end=True, now=now
    )
    return _consent(consent)


def _withdrawn_again(session: Session, known: Sequence[TrackingConsent], at: datetime) -> TrackingConsent:
    """Keep that he said no, although no consent counted at that time.

    Raises:
        NoConsentInForce: see `withdraw_consent`.
    """
    before = next((one for one in known if one.given_at <= at), None)
    if before is None or any(one.withdrawn_at == at for one in known):
        raise NoConsentInForce
    mark = _mark(before, at)
    session.add(mark)
    return mark


def _mark(consent: TrackingConsent, at: datetime) -> TrackingConsent:
    """A withdrawal alone: a consent that never counts. A consent of before that which comes later ends here."""
    return TrackingConsent(
        company_id=consent.company_id,
        id=uuid7(),
        worker_id=consent.worker_id,
        text_version=consent.text_version,
        lang=consent.lang,
        text=consent.text,
        given_at=at,
        withdrawn_at=at,
        device_id=consent.device_id,
    )


def _is_just_given(consent: TrackingConsent, at: datetime) -> bool:
    """Whether a withdrawal means this consent although it is a bit older: by network and clock."""
    return consent.withdrawn_at is None and at < consent.given_at <= at + SAME_MOMENT


async def start_private_time(session: Session, scope: Scope, *, at: datetime, now: datetime) -> PrivateHours:
    """The caller does not want to be tracked from `at` on, until what he says next in time.

    What was kept of him of that time is removed. In private time a second beginning is noted, and nothing else changes:
    so beginnings and ends may arrive in any order.

    Raises:
        WorkerNotFound: the caller is not a worker.
    """
    await check_works_here(session, scope.company_id, [scope.user_id])
    known = await queries.find_private_times(session, scope.company_id, scope.user_id, lock=True)
    around = next((one for one in known if at in one.period), None)
    if around is not None and _begin(around) == at:
        return _hours(known, at)
    later = (_begin(one) for one in known if _begin(one) > at)
    until = around.period.upper if around else next(later, None)
    if around is not None:
        around.period = Range(around.period.lower, at)
        await session.flush()  # before the rest of it is added
    private = PrivateTime(
        company_id=scope.company_id, id=uuid7(), worker_id=scope.user_id, period=Range(at, until)
    )
    session.add(private)
    await forget_forbidden(session, scope.company_id, scope.user_id, at, until, may_end=True, now=now)
    await session.flush()  # a second one at the same time is refused here
    return _hours(sorted([*known, private], key=_begin), at)


async def get_last_private_time(session: Session, scope: Scope) -> PrivateHours | None:
    """The caller's private time that began last."""
    known = await queries.find_private_times(session, scope.company_id, scope.user_id)
    return _hours(known, _begin(known[-1])) if known else None


async def end_private_time(
    session: Session, scope: Scope, *, at: datetime, now: datetime
) -> PrivateHours | None:
    """The caller may be tracked again from `at` on. None: he was not in private time then, and nothing changes."""
    known = await queries.find_private_times(session, scope.company_id, scope.user_id, lock=True)
    private = next((one for one in known if at in one.period or _is_just_begun(one, at)), None)
    if private is None:
        return None
    begins_at, until = _begin(private), private.period.upper
    ends_at = max(at, begins_at + SHORTEST)
    ends_at = min(ends_at, until) if until else ends_at
    if ends_at == until:
        return None
    private.period = Range(begins_at, ends_at)
    await forget_forbidden(session, scope.company_id, scope.user_id, begins_at, until, may_end=False, now=now)
    return _hours(known, begins_at)


def _is_just_begun(private: PrivateTime, at: datetime) -> bool:
    """Whether an end means this private time although it is a bit older: by network and clock."""
    return private.period.upper is None and at < _begin(private) <= at + SAME_MOMENT


def _consent(row: TrackingConsent) -> Consent:
    return Consent(row.text_version, row.lang, row.given_at, row.withdrawn_at)


def _begin(private: PrivateTime) -> datetime:
    return cast(datetime, private.period.lower)  # a CHECK asks for it


def _hours(known: Sequence[PrivateTime], at: datetime) -> PrivateHours:
    """The private time that holds this moment. Times of which one ends when the next begins are one."""
    before = [one.period for one in known if _begin(one) <= at]
    begins_at, ends_at = cast(datetime, before[-1].lower), before[-1].upper
    for earlier in reversed(before[:-1]):
        if earlier.upper == begins_at:
            begins_at = cast(datetime, earlier.lower)
    for later in known:
        if _begin(later) == ends_at:
            ends_at = later.period.upper
    return PrivateHours(begins_at, ends_at)
