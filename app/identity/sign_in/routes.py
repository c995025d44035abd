from typing import Any

from litestar import Request, Response, post
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency
from litestar.params import JSONBody

from app.core.clock import Clock
from app.core.phones import PhoneInvalid, normalise_phone
from app.core.settings import Settings
from app.db.session import Session
from app.http.audit import record_audit
from app.http.guards import public
from app.http.refusals import refuses
from app.identity.attempts.service import Attempts, TooManyAttempts
from app.identity.ports import SendLoginCode
from app.identity.sessions.keeping import ForeignPage, keeping_of
from app.identity.sessions.routes import NOT_KEPT
from app.identity.sessions.schemas import TokensOut
from app.identity.sessions.service import SignInFailed, begin_session
from app.identity.sign_in.accounts import CompanyChoiceNeeded
from app.identity.sign_in.askers import remember_asker
from app.identity.sign_in.by_code import (
    LoginCodeOver,
    LoginCodeWrong,
    allow_code,
    send_code,
    sign_in_with_code,
)
from app.identity.sign_in.by_password import sign_in_with_password
from app.identity.sign_in.guessers import remember_guesser
from app.identity.sign_in.policies import CODE_LIFE
from app.identity.sign_in.queries import AccountId
from app.identity.sign_in.schemas import AskLoginCode, LoginCodeAsked, SignIn, VerifyLoginCode
from app.identity.sign_in.tickets import seal


@post(
    "/sign-in",
    operation_id="signIn",
    guards=[public],
    security=[{}],
    status_code=200,
    cache_control=NOT_KEPT,
)
@refuses(CompanyChoiceNeeded, ForeignPage, SignInFailed, TooManyAttempts)
async def sign_in(
    *,
    request: Request[Any, Any, Any],
    data: JSONBody[SignIn],
    session: NamedDependency[Session],
    attempts: NamedDependency[Attempts],
    ip: NamedDependency[str],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> Response[TokensOut]:
    """Sign in with e-mail and password (the office).

    `company_choice_needed` lists `companies` when the same e-mail and password are good in several:
    repeat with `company_id`.

    10 tries in a quarter of an hour from one place, by `device.id` or address; strangers have 20
    together. Where the owner has signed in before, what strangers try does not count.
    """
    keeping, now = keeping_of(request, data, settings), clock.now()
    user = await sign_in_with_password(
        session,
        email=data.email,
        password=data.password,
        company_id=data.company_id,
        ip=ip,
        device_id=data.device.id if data.device else None,
        attempts=attempts,
        now=now,
    )
    device = data.device.facts() if data.device else None
    tokens = await begin_session(session, user=user, device=device, secret_key=settings.secret_key, now=now)
    account, device_id = AccountId(user.company_id, user.id), tokens.scope.device_id
    await remember_guesser(session, attempts, account=account, ip=ip, device_id=device_id, now=now)
    await record_audit(session, tokens.scope, request)
    return Response(keeping.shown(tokens), cookies=keeping.kept(tokens, now=now))


@post(
    "/sms-codes",
    operation_id="askLoginCode",
    guards=[public],
    security=[{}],
    status_code=202,
)
@refuses(PhoneInvalid, TooManyAttempts)
async def ask_login_code(
    *,
    data: JSONBody[AskLoginCode],
    attempts: NamedDependency[Attempts],
    send_login_code: NamedDependency[SendLoginCode],
    ip: NamedDependency[str],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> Response[LoginCodeAsked]:
    """Ask for a sign-in code by SMS (workers). The answer does not tell whether the phone is known.

    The code is good for 5 minutes, 5 tries and one use. One code in 30 s, 5 an hour, 10 a day for
    whoever asks; strangers to this phone have 10 an hour and 20 a day together. Where its owner has
    signed in before, by `device_id` or address, what strangers ask for does not count.
    """
    now, secret_key = clock.now(), settings.secret_key
    ticket, asker = await allow_code(
        phone=normalise_phone(data.phone),
        company_id=data.company_id,
        ip=ip,
        device_id=data.device_id,
        attempts=attempts,
        secret_key=secret_key,
        now=now,
    )
    answer = LoginCodeAsked(request_id=seal(secret_key, ticket), expires_in_s=int(CODE_LIFE.total_seconds()))
    afterwards = BackgroundTask(
        send_code, ticket, asker, attempts=attempts, send=send_login_code, secret_key=secret_key, now=now
    )
    return Response(answer, background=afterwards)


@post(
    "/sms-codes/verify",
    operation_id="verifyLoginCode",
    guards=[public],
    security=[{}],
    status_code=200,
    cache_control=NOT_KEPT,
)
@refuses(CompanyChoiceNeeded, ForeignPage, LoginCodeOver, LoginCodeWrong, SignInFailed, TooManyAttempts)
async def verify_login_code(
    *,
    request: Request[Any, Any, Any],
    data: JSONBody[VerifyLoginCode],
    session: NamedDependency[Session],
    attempts: NamedDependency[Attempts],
    ip: NamedDependency[str],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> Response[TokensOut]:
    """Sign in with the code from the SMS.

    `login_code_wrong` may be tried again, `login_code_over` needs a new code, and
    `company_choice_needed` is repeated with `company_id`: the code is still good.
    """
    keeping, now = keeping_of(request, data, settings), clock.now()
    user = await sign_in_with_code(
        session,
        request_id=data.request_id,
        code=data.code,
        company_id=data.company_id,
        ip=ip,
        attempts=attempts,
        secret_key=settings.secret_key,
        now=now,
    )
    device = data.device.facts() if data.device else None
    tokens = await begin_session(session, user=user, device=device, secret_key=settings.secret_key, now=now)
    await remember_asker(
        session, attempts, phone=user.phone or "", ip=ip, device_id=tokens.scope.device_id, now=now
    )
    await record_audit(session, tokens.scope, request)
    return Response(keeping.shown(tokens), cookies=keeping.kept(tokens, now=now))
