from typing import Annotated, Any

from litestar import Request, Response, Router, get, patch, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import HeaderParameter, JSONBody, SkipValidation
from obstore.store import ObjectStore

from app.core.clock import Clock
from app.core.ids import uuid7
from app.core.scope import Scope
from app.core.settings import Settings
from app.db.session import Session
from app.http.audit import record_audit
from app.http.dependencies import Transactions
from app.http.guards import anybody, office, owner, public
from app.http.versions import IfMatch
from app.identity.attempts.service import Attempts, by_address, count
from app.identity.companies import logo, policies, queries, service
from app.identity.companies.schemas import ChangeCompany, CompanyOut, RegisterCompany, RegisteredOut
from app.identity.companies.service import Retry, SignUpClosed
from app.identity.dependencies import provide_strangers_session
from app.identity.keyed_hash import keyed_hash
from app.identity.sessions.routes import NOT_KEPT
from app.identity.sessions.schemas import TokensOut
from app.identity.sessions.service import begin_session
from app.identity.sign_in.guessers import remember_guesser
from app.identity.sign_in.queries import AccountId


@post(
    "/",
    operation_id="registerCompany",
    guards=[public],
    security=[{}],
    cache_control=NOT_KEPT,
    dependencies={"session": Provide(provide_strangers_session)},
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
) -> RegisteredOut:
    """Register a company and sign its owner in. Open unless the server's operator has closed it.

    A person may own several companies with one e-mail.
    """
    if settings.sign_up == "closed":
        raise SignUpClosed
    now = clock.now()
    await count(attempts, by_address("register", ip, policies.REGISTER_PER_ADDRESS), now=now)
    retry, company_id = None, uuid7()
    if idempotency_key is not None:
        body = (await request.body()).decode()
        retry = Retry(idempotency_key, keyed_hash(settings.secret_key, "registration", body))
        company_id = policies.company_id_of(settings.secret_key, idempotency_key)
    company, user = await service.register_company(
        session,
        company_id=company_id,
        name=data.name,
        timezone=data.timezone,
        lang=data.lang,
        owner=data.owner_of(),
        retry=retry,
    )
    device = data.device.facts() if data.device else None
    tokens = await begin_session(session, user=user, device=device, secret_key=settings.secret_key, now=now)
    account, device_id = AccountId(company.id, user.id), tokens.scope.device_id
    await remember_guesser(session, attempts, account=account, ip=ip, device_id=device_id, now=now)
    await record_audit(session, tokens.scope, request)
    return RegisteredOut(company=CompanyOut.of(company), tokens=TokensOut.of(tokens))


@get("/", operation_id="getCompany", guards=[office])
async def get_company(session: NamedDependency[Session], caller: NamedDependency[Scope]) -> CompanyOut:
    """One's own company with its requisites."""
    return CompanyOut.of(await queries.get_entered_company(session, caller.company_id))


@patch("/", operation_id="changeCompany", guards=[owner])
async def change_company(
    data: JSONBody[ChangeCompany],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    if_match: IfMatch = None,
) -> CompanyOut:
    """Change requisites, language, time zone or SMS sender. Documents made before keep the old ones."""
    company = await service.change_company(session, scope=caller, changes=data.changes(), if_match=if_match)
    return CompanyOut.of(company)


@put(
    "/logo",
    operation_id="replaceLogo",
    guards=[owner],
    status_code=204,
    upload=list(logo.MEDIA_TYPES.values()),
    request_max_body_size=logo.BYTES_MAX,
)
async def replace_logo(
    request: Request[Any, Any, Any],
    transactions: NamedDependency[SkipValidation[Transactions]],
    files: NamedDependency[SkipValidation[ObjectStore]],
    caller: NamedDependency[Scope],
) -> None:
    """Replace the logo printed on documents: a PNG or JPEG of at most 1 MB and 4 megapixels as the body."""
    await logo.replace_logo(transactions, files, caller, image=await request.body())


@get("/logo", operation_id="getLogo", guards=[anybody], media_type="image/png")
async def get_logo(
    transactions: NamedDependency[SkipValidation[Transactions]],
    files: NamedDependency[SkipValidation[ObjectStore]],
    caller: NamedDependency[Scope],
) -> Response[bytes]:
    """The company's logo, as PNG or JPEG."""
    image, media_type = await logo.read_logo(transactions, files, caller)
    return Response(image, media_type=media_type, headers={"Cache-Control": "private, no-cache"})


registration = Router("/companies", route_handlers=[register_company], tags=["identity: company"])
router = Router(
    "/company",
    route_handlers=[get_company, change_company, replace_logo, get_logo],
    tags=["identity: company"],
)
