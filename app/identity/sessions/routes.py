from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.params import JSONBody

from app.core.clock import Clock
from app.core.errors import DomainError
from app.core.scope import Scope
from app.core.settings import Settings
from app.db.session import Session
from app.http.audit import record_audit
from app.http.guards import anybody, public
from app.http.problems import on_domain_error
from app.http.refusals import refuses
from app.identity.companies.queries import get_entered_company
from app.identity.sessions import service
from app.identity.sessions.keeping import EndSession, ForeignPage, Keeping, RefreshSession, keeping_of
from app.identity.sessions.schemas import MeOut, TokensOut
from app.identity.sessions.service import RefreshTokenCopied, RefreshTokenInvalid
from app.identity.users.queries import get_known_user

NOT_KEPT = CacheControlHeader(no_store=True)
"""For answers with tokens."""

COPY_FOUND = "endCopiedSession"
"""Action in the audit."""


@post(
    "/refresh",
    operation_id="refreshSession",
    guards=[public],
    security=[{}],
    status_code=200,
    cache_control=NOT_KEPT,
)
@refuses(ForeignPage, RefreshTokenCopied, RefreshTokenInvalid)
async def refresh_session(
    request: Request[Any, Any, Any],
    data: JSONBody[RefreshSession],
    session: NamedDependency[Session],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> Response[TokensOut]:
    """Exchange a refresh token for new tokens.

    Each is good once, for 30 days and at most 90 days after the sign-in. Sent again within 10 s it
    gives the same successor; later that means a stolen copy: the whole session ends.

    A page that keeps it in a cookie sends `keep_in` alone; a refusal also removes the cookie.
    """
    keeping, now = keeping_of(request, data, settings), clock.now()
    try:
        tokens = await service.refresh_session(
            session,
            refresh_token=keeping.token(data.refresh_token) or "",
            device_id=data.device_id,
            secret_key=settings.secret_key,
            now=now,
        )
    except (RefreshTokenCopied, RefreshTokenInvalid) as refusal:
        if isinstance(refusal, RefreshTokenCopied):
            await record_audit(session, refusal.scope, request, action=COPY_FOUND)
        return _refused(request, refusal, keeping)
    await record_audit(session, tokens.scope, request)
    return Response(keeping.shown(tokens), cookies=keeping.kept(tokens, now=now))


def _refused(request: Request[Any, Any, Any], refusal: DomainError, keeping: Keeping) -> Response[Any]:
    """Answered, not raised: the end of a copied session must be committed, and the cookie forgotten."""
    answer = on_domain_error(request, refusal)
    for cookie in keeping.forgotten():
        answer.set_cookie(cookie)
    return answer


@post("/sign-out", operation_id="signOut", guards=[public], security=[{}], status_code=204)
@refuses(ForeignPage, RefreshTokenInvalid)
async def sign_out(
    request: Request[Any, Any, Any],
    data: JSONBody[EndSession],
    session: NamedDependency[Session],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> Response[None]:
    """End the session of a refresh token; its access token is refused within a second.

    An unknown token is no error: that session is over as well. With `keep_in` the cookie goes, too.
    """
    keeping = keeping_of(request, data, settings)
    if (token := keeping.token(data.refresh_token)) is not None:
        whose = await service.end_session(session, refresh_token=token, now=clock.now())
        if whose is not None:
            await record_audit(session, whose, request)
    return Response(None, cookies=keeping.forgotten())


@get("/me", operation_id="getMe", guards=[anybody], tags=["identity: people"])
async def get_me(session: NamedDependency[Session], caller: NamedDependency[Scope]) -> MeOut:
    """Who is signed in, with his roles and company."""
    user = await get_known_user(session, caller.company_id, caller.user_id)
    company = await get_entered_company(session, caller.company_id)
    return MeOut.of(user, company, caller.device_id)
