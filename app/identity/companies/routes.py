from typing import Any

from litestar import Request, Response, Router, get, patch, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, SkipValidation
from obstore.store import ObjectStore

from app.core.clock import Clock
from app.core.errors import NotFound
from app.core.phones import PhoneInvalid
from app.core.scope import Scope
from app.db.files import FileLost
from app.db.session import Session
from app.http.dependencies import Transactions
from app.http.guards import anybody, office, owner
from app.http.refusals import refuses
from app.http.versions import IfMatch
from app.identity.companies import logo, queries, service
from app.identity.companies.logo import LogoNotAnImage
from app.identity.companies.schemas import ChangeCompany, CompanyOut
from app.identity.companies.service import (
    BankAccountInvalid,
    BicInvalid,
    CorrAccountInvalid,
    InnInvalid,
    OgrnInvalid,
    TimezoneUnknown,
)


@get("/", operation_id="getCompany", guards=[office])
async def get_company(session: NamedDependency[Session], caller: NamedDependency[Scope]) -> CompanyOut:
    """One's own company with its requisites."""
    return CompanyOut.of(await queries.get_entered_company(session, caller.company_id))


@patch("/", operation_id="changeCompany", guards=[owner])
@refuses(
    BankAccountInvalid,
    BicInvalid,
    CorrAccountInvalid,
    InnInvalid,
    OgrnInvalid,
    PhoneInvalid,
    TimezoneUnknown,
)
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
@refuses(LogoNotAnImage)
async def replace_logo(
    request: Request[Any, Any, Any],
    transactions: NamedDependency[SkipValidation[Transactions]],
    files: NamedDependency[SkipValidation[ObjectStore]],
    caller: NamedDependency[Scope],
) -> None:
    """Replace the logo printed on documents: a PNG or JPEG of at most 1 MB and 4 megapixels as the body."""
    await logo.replace_logo(transactions, files, caller, image=await request.body())


@get(
    "/logo",
    operation_id="getLogo",
    guards=[anybody],
    media_type="image/png",
    download=list(logo.MEDIA_TYPES.values()),
)
@refuses(FileLost, NotFound)
async def get_logo(
    transactions: NamedDependency[SkipValidation[Transactions]],
    files: NamedDependency[SkipValidation[ObjectStore]],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> Response[bytes]:
    """The company's logo, as PNG or JPEG."""
    image, media_type = await logo.read_logo(transactions, files, caller, now=clock.now())
    return Response(image, media_type=media_type, headers={"Cache-Control": "private, no-cache"})


router = Router(
    "/company",
    route_handlers=[get_company, change_company, replace_logo, get_logo],
    tags=["identity: company"],
)
