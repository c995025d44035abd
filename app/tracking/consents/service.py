"""A worker says whether he may be tracked. What is kept of him against his word is removed at once.

What he says is kept as it was said (`tracking_choice`). His consents and private times are worked out anew each time,
so it does not matter in which order what he says arrives, and nothing that he has said is forgotten.
"""

from datetime import datetime
from typing import NamedTuple, cast
from uuid import UUID

from app.core.errors import DomainError
from app.core.i18n import LANGS
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.session import Session
from app.identity import api as identity
from app.tracking.consents import policies, queries, words
from app.tracking.consents.models import ConsentText
from app.tracking.consents.policies import AgreedWords, Choice, Period, Says, period_at
from app.tracking.pings.forgetting import forget_forbidden, show_allowed
from app.workforce.api import check_works_here


class ConsentTextUnknown(DomainError):
    """The company has no text of this version. The app shows the present one and asks again."""

    status = 422
    code = "consent_text_unknown"


class Consent(NamedTuple):
    """A consent as others see it. It counts in [given_at, withdrawn_at)."""

    text_version: int | None
    """None, as `given_at`: there was no consent to take back."""
    given_at: datetime | None
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
    kept_days: int
    """As long as they allow positions to be kept."""
    clients_see: bool
    """They let the client of a visit see roughly where the worker is, while he is on the way."""


async def read_words(session: Session, company_id: UUID) -> ConsentWords:
    """The present text of the company."""
    own = await queries.get_text(session, company_id)
    return own_words(own) if own else await _usual_words(session, company_id, clients_see=words.CLIENTS_SEE)


async def _read_words_of(
    session: Session, company_id: UUID, version: int, *, clients_see: bool
) -> ConsentWords:
    """The text of this version, and of the product's own text the wording that was shown.

    Raises:
        ConsentTextUnknown: there is none.
    """
    if own := await queries.get_text(session, company_id, version=version):
        return own_words(own)
    if version != words.VERSION:
        raise ConsentTextUnknown(version=version)
    return await _usual_words(session, company_id, clients_see=clients_see)


def own_words(own: ConsentText) -> ConsentWords:
    """The words of a text of the company."""
    return ConsentWords(own.version, {"ru": own.ru, "en": own.en}, own.kept_days, own.clients_see)


async def _usual_words(session: Session, company_id: UUID, *, clients_see: bool) -> ConsentWords:
    company = await identity.get_entered_company(session, company_id)
    name = company.legal_name or company.name
    texts = {lang: words.usual_words(lang, company=name, clients_see=clients_see) for lang in LANGS}
    return ConsentWords(words.VERSION, texts, words.KEPT_DAYS, clients_see)


async def add_text(
    session: Session,
    scope: Scope,
    *,
    ru: str,
    en: str,
    kept_days: int | None,
    clients_see: bool,
    now: datetime,
) -> ConsentText:
    """Give the company another text. Consents to an earlier one stay in force: whoever gave them read other words.

    `kept_days` is for how long the text lets positions be kept. None: as long as the text before.
    """
    last = await queries.get_text(session, scope.company_id)
    added = ConsentText(
        company_id=scope.company_id,
        version=(last.version if last else words.VERSION) + 1,
        ru=ru,
        en=en,
        kept_days=kept_days or (last.kept_days if last else words.KEPT_DAYS),
        clients_see=clients_see,
        created_by=scope.user_id,
        created_at=now,
    )
    session.add(added)
    return added


class _Said(NamedTuple):
    """What holds of a worker before and after he said something."""

    choice: Choice
    was: list[Period]
    now: list[Period]


async def _say_of_consent(
    session: Session, scope: Scope, says: Says, at: datetime, agreed: AgreedWords | None
) -> _Said:
    known = await queries.lock_choices(session, scope.company_id, scope.user_id)
    was = policies.consents_of(known)
    moment = at if says == Says.CONSENT else policies.moment_of_end(was, at)
    choice = Choice(uuid7(), says, moment, agreed, scope.device_id)
    await _keep(session, scope, known, choice)
    said = _Said(choice, was, policies.consents_of([*known, choice]))
    await queries.replace_consents(session, scope.company_id, scope.user_id, was=was, now=said.now)
    return said


async def _say_of_private_time(session: Session, scope: Scope, says: Says, at: datetime) -> _Said:
    known = await queries.lock_choices(session, scope.company_id, scope.user_id)
    was = policies.private_times_of(known)
    moment = at if says == Says.PRIVATE_START else policies.moment_of_end(was, at)
    choice = Choice(uuid7(), says, moment, None, scope.device_id)
    await _keep(session, scope, known, choice)
    said = _Said(choice, was, policies.private_times_of([*known, choice]))
    await queries.replace_private_times(session, scope.company_id, scope.user_id, was=was, now=said.now)
    return said


async def _keep(session: Session, scope: Scope, known: list[Choice], choice: Choice) -> None:
    """Raises WorkerNotFound if the caller is not a worker. Whoever has said something before was one."""
    if not known or choice.says in (Says.CONSENT, Says.PRIVATE_START):
        await check_works_here(session, scope.company_id, [scope.user_id])
    await queries.add_choice(session, scope.company_id, scope.user_id, choice)


async def give_consent(
    session: Session,
    scope: Scope,
    *,
    text_version: int,
    clients_see: bool,
    lang: str,
    at: datetime,
    now: datetime,
) -> Consent:
    """The caller agrees to be tracked while he works, from `at` on. If he had agreed to these words, nothing changes.

    What was said last in time holds: a consent that arrives after a later withdrawal opens nothing after it.
    `clients_see` is what the phone knows of the text that it showed. It tells the two wordings of the product's own
    text apart; of a text of the company the company has said it.

    Raises:
        ConsentTextUnknown: the company has no such text.
        WorkerNotFound: the caller is not a worker.
    """
    read = await _read_words_of(session, scope.company_id, text_version, clients_see=clients_see)
    agreed = AgreedWords(read.version, lang, read.texts[lang], read.kept_days, read.clients_see)
    said = await _say_of_consent(session, scope, Says.CONSENT, at, agreed)
    counted = period_at(said.now, at)
    if counted is None:  # a withdrawal of the same moment came before it
        return Consent(read.version, at, at)
    if period_at(said.was, at) is None:
        await show_allowed(session, scope.company_id, scope.user_id, at, counted.until, now=now)
    return _consent(counted)


async def withdraw_consent(session: Session, scope: Scope, *, at: datetime, now: datetime) -> Consent:
    """The caller takes his consent back, from `at` on. What was kept of him since then is removed.

    A consent that he has given after `at` stays. A withdrawal is never refused: if no consent counted then, one that
    was given before may still be on its way.

    Raises:
        WorkerNotFound: the caller is not a worker.
    """
    said = await _say_of_consent(session, scope, Says.WITHDRAWAL, at, None)
    at = said.choice.at
    ended = period_at(said.was, at)
    if ended is None:
        return Consent(None, None, at)
    await forget_forbidden(session, scope.company_id, scope.user_id, at, ended.until, may_end=True, now=now)
    return _consent(ended._replace(until=at))


async def start_private_time(session: Session, scope: Scope, *, at: datetime, now: datetime) -> PrivateHours:
    """The caller does not want to be tracked from `at` on, until what he says next in time.

    What was kept of him of that time is removed. In private time a second beginning is noted, and nothing else changes.

    Raises:
        WorkerNotFound: the caller is not a worker.
    """
    said = await _say_of_private_time(session, scope, Says.PRIVATE_START, at)
    private = period_at(said.now, at)
    if private is None:  # its end of the same moment came before it
        return PrivateHours(at, at)
    await forget_forbidden(session, scope.company_id, scope.user_id, at, private.until, may_end=True, now=now)
    return PrivateHours(private.since, private.until)


async def get_last_private_time(session: Session, scope: Scope) -> PrivateHours | None:
    """The caller's private time that began last."""
    last = await queries.get_last_private_time(session, scope.company_id, scope.user_id)
    return PrivateHours(cast(datetime, last.period.lower), last.period.upper) if last else None


async def end_private_time(
    session: Session, scope: Scope, *, at: datetime, now: datetime
) -> PrivateHours | None:
    """The caller may be tracked again from `at` on. None: he was not in private time then.

    It is remembered all the same: the beginning may still be on its way.

    Raises:
        WorkerNotFound: the caller is not a worker.
    """
    said = await _say_of_private_time(session, scope, Says.PRIVATE_END, at)
    at = said.choice.at
    ended = period_at(said.was, at)
    if ended is None:
        return None
    await forget_forbidden(
        session, scope.company_id, scope.user_id, ended.since, ended.until, may_end=False, now=now
    )
    return PrivateHours(ended.since, at)


def _consent(period: Period) -> Consent:
    version = period.choice.words.text_version if period.choice.words else None
    return Consent(version, period.since, period.until)
