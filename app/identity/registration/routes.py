from typing import Annotated, Any

from litestar import Request, Response, Router, post
from litestar.di import NamedDependency, Provide
from litestar.params import HeaderParameter, JSONBody

from app.core.addresses import same_caller
from app.core.clock import Clock
from app.core.emails import EmailInvalid
from app.core.ids import uuid7
from app.core.phones import PhoneInvalid
from app.core.settings import Settings
from app.db.session import Session
from app.http.audit import record_audit
from app.http.guards import public
from app.http.idempotency import REPLAYED, Asked, meaning_of_body
from app.http.refusals import refuses
from app.identity.attempts.service import Attempts, TooManyAttempts, by_address, count
from app.identity.companies.schemas import CompanyOut
from app.identity.companies.service import TimezoneUnknown
from app.identity.dependencies import provide_strangers_session
from app.identity.keyed_hash import keyed_hash
from app.identity.passwords import refuse_if_full
from app.identity.registration import policies, service
from app.identity.registration.schemas import RegisterCompany, RegisteredOut
from app.identity.registration.service import Retry, SignUpClosed
from app.identity.sessions.keeping import ForeignPage, keeping_of
from app.identity.sessions.routes import NOT_KEPT
from app.identity.sessions.service import SignInFailed, begin_session
from app.identity.sign_in.guessers import remember_guesser
from app.identity.sign_in.queries import AccountId
from app.identity.users.service import (
    EmailNeeded,
    EmailTaken,
    PasswordWeak,
    PhoneNeeded,
    PhoneTaken,
    PhoneTakesNoSms,
)


@post(
    "/",
    operation_id="registerCompany",
    guards=[public],
    security=[{}],
    cache_control=NOT_KEPT,
    dependencies={"session": Provide(provide_strangers_session)},
)
@refuses(
    EmailInvalid,
    EmailNeeded,
    EmailTaken,
    ForeignPage,
    PasswordWeak,
    PhoneInvalid,
    PhoneNeeded,
    PhoneTaken,
    PhoneTakesNoSms,
    SignInFailed,
    SignUpClosed,
    TimezoneUnknown,
    TooManyAttempts,
)
async def register_company(
    *,
    request: Request[Any, Any, Any],
    data: JSONBody[RegisterCompany],
    session: NamedDependency[Session],
    attempts: NamedDependency[Attempts],
    ip: NamedDependency[str],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    idempotency_key: Annotated[
        str | None,
        HeaderParameter(
            name="Idempotency-Key",
            min_length=16,
            max_length=255,
            description="A new UUID. Sent again with the same body it answers the same company.",
        ),
    ] = None,
) -> Response[RegisteredOut]:
    """Register a company and sign its owner in. Open unless the server's operator has closed it.

    A person may own several companies with one e-mail.
    """
    if settings.sign_up == "closed":
        raise SignUpClosed
    keeping = keeping_of(request, data, settings)
    refuse_if_full(same_caller(ip))
    now = clock.now()
    await count(attempts, by_address("register", ip, policies.REGISTER_PER_ADDRESS), now=now)
    retry, company_id = None, uuid7()
    if idempotency_key is not None:
        retry = Retry(idempotency_key, await _asked(request, settings))
        company_id = policies.company_id_of(settings.secret_key, idempotency_key)
    company, user, is_new = await service.register_company(
        session,
        company_id=company_id,
        name=data.name,
        timezone=data.timezone,
        lang=data.lang,
        owner=data.owner_of(),
        who=same_caller(ip),
        retry=retry,
    )
    device = data.device.facts() if data.device else None
    tokens = await begin_session(session, user=user, device=device, secret_key=settings.secret_key, now=now)
    account, device_id = AccountId(company.id, user.id), tokens.scope.device_id
    await remember_guesser(session, attempts, account=account, ip=ip, device_id=device_id, now=now)
    await record_audit(session, tokens.scope, request)
    answer = RegisteredOut(company=CompanyOut.of(company), tokens=keeping.shown(tokens))
    cookies = keeping.kept(tokens, now=now)
    return Response(answer, headers=None if is_new else REPLAYED, cookies=cookies)


async def _asked(request: Request[Any, Any, Any], settings: Settings) -> Asked:
    """What was asked: its fingerprint is of another purpose than that of people who are signed in."""
    meaning, sent = (await meaning_of_body(request)).decode(), (await request.body()).decode()
    key = settings.secret_key
    return Asked(keyed_hash(key, "registration", meaning), keyed_hash(key, "registration", sent))


router = Router("/companies", route_handlers=[register_company], tags=["identity: company"])
