from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, SkipValidation

from app.core.clock import Clock
from app.core.i18n import choose_lang, has_text, text
from app.core.phones import say_phone
from app.core.scope import Scope
from app.core.settings import Settings
from app.db.session import Session
from app.documents.acts.routes import pdf_response
from app.documents.brand import Brand
from app.documents.guesses import GUESSES, Guesses, looking_up
from app.documents.pages import COMPRESSED, chosen_lang, page, page_lang, refusals_as_pages
from app.documents.passports import queries, service
from app.documents.passports.models import Passport
from app.documents.passports.schemas import (
    PassportDetailsOut,
    PassportOut,
    ProductOut,
    PublicPassportOut,
    tag_url,
)
from app.documents.passports.service import PassportNotFound, ShownPassport
from app.documents.printing.label import Label, print_label
from app.documents.printing.paper import long_day
from app.http.dependencies import Transactions
from app.http.guards import anybody, office, public
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page
from app.identity.api import TooManyAttempts

NO_STORE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@get("/passports", operation_id="listPassports", guards=[office])
async def list_passports(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    settings: NamedDependency[Settings],
    site_id: FromQuery[UUID | None] = None,
    client_id: FromQuery[UUID | None] = None,
    act_id: FromQuery[UUID | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[PassportOut]:
    """Installed products, newest first."""
    query = queries.select_passports(caller, site_id=site_id, client_id=client_id, act_id=act_id)
    passports, next_cursor = await fetch_page(session, query, Passport.id, cursor=cursor, limit=limit)
    return Page(
        items=[
            PassportOut.of(queries.stored_passport(one), public_url=settings.public_url) for one in passports
        ],
        next_cursor=next_cursor,
    )


@get("/passports/{passport_id:uuid}", operation_id="getPassport", guards=[anybody])
@refuses(PassportNotFound)
async def get_passport(
    passport_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> PassportDetailsOut:
    """One installed product. The crew that installed it sees it too."""
    shown = await service.get_passport(session, caller, passport_id, now=clock.now())
    return PassportDetailsOut.of_shown(shown, public_url=settings.public_url)


@get(
    "/passports/{passport_id:uuid}/label.pdf",
    operation_id="getPassportLabel",
    guards=[anybody],
    media_type="application/pdf",
)
@refuses(PassportNotFound)
async def get_passport_label(
    passport_id: FromPath[UUID],
    transactions: NamedDependency[SkipValidation[Transactions]],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    lang: FromQuery[Literal["ru", "en"]] = "ru",
) -> Response[bytes]:
    """The tag to print and stick on the product: 58 × 40 mm, QR code and the code in letters."""
    async with transactions() as session:
        shown = await service.get_passport(session, caller, passport_id, now=clock.now())
    passport = shown.passport
    label = Label(
        tag_code=passport.tag_code,
        tag_url=tag_url(passport, public_url=settings.public_url),
        product=passport.product["name"],
        opening=passport.product["opening_label"],
        installed_on=passport.installed_on,
        company_name=shown.company.name,
        company_phone=say_phone(shown.company.phone, lang),
    )
    pdf = await print_label(label, lang)
    name = text(lang, "label", "file_name", code=passport.tag_code)
    return pdf_response(pdf, plain=f"label-{passport.tag_code}", name=name)


@get("/public/passports/{code:str}", operation_id="openPassport", guards=[public], security=[{}])
@refuses(PassportNotFound, TooManyAttempts)
async def open_passport(
    code: FromPath[str],
    request: Request[Any, Any, Any],
    transactions: NamedDependency[SkipValidation[Transactions]],
    guesses: NamedDependency[SkipValidation[Guesses]],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> Response[PublicPassportOut]:
    """The passport of the product with this tag, for everybody: nothing about the client or the workers.

    The code is read as people write it: small letters, O for 0, I or L for 1, dashes.
    """
    lang = choose_lang(request.headers.get("accept-language"))
    shown = await _open(transactions, guesses, code, now=clock.now())
    passport = PublicPassportOut.of(shown, lang=lang, public_url=settings.public_url)
    headers = {"Content-Language": lang, "Vary": "Accept-Language"} | NO_STORE
    return Response(passport, headers=headers)


@get("/p/{code:str}", guards=[public], include_in_schema=False)
async def show_passport(
    code: FromPath[str],
    request: Request[Any, Any, Any],
    transactions: NamedDependency[SkipValidation[Transactions]],
    guesses: NamedDependency[SkipValidation[Guesses]],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> Response[str]:
    """The page behind the QR code on a product."""
    lang = page_lang(request)
    shown = await _open(transactions, guesses, code, now=clock.now())
    passport = PublicPassportOut.of(shown, lang=lang, public_url=settings.public_url)
    return page(
        "passport.html",
        lang=lang,
        chosen=chosen_lang(request),
        brand=Brand.of(shown.company),
        passport=passport,
        rows=_rows(passport.product, lang),
        sizes=_sizes(passport.measurements, lang),
        installed_on=long_day(passport.installed_on, lang),
        warranty_until=long_day(passport.warranty_until, lang) if passport.warranty_until else None,
        history=[(long_day(fact.on, lang), fact.text) for fact in passport.history],
        phone=say_phone(passport.company.phone, lang),
    )


async def _open(transactions: Transactions, guesses: Guesses, code: str, *, now: datetime) -> ShownPassport:
    async with looking_up(guesses, now=now), transactions() as session:
        return await service.open_passport(session, code, now=now)


def _rows(product: ProductOut, lang: str) -> list[tuple[str, str]]:
    given = [
        ("kind", text(lang, "product_kind", product.kind)),
        *((field, getattr(product, field)) for field in ("opening_label", "serial", "manufacturer")),
        *((field, getattr(product, field)) for field in ("profile", "glass", "hardware")),
    ]
    return [(text(lang, "product_field", field), value) for field, value in given if value]


def _sizes(measurements: dict[str, Any], lang: str) -> list[tuple[str, str]]:
    """Only what is a size: kinds and rooms are said elsewhere."""
    return [
        (text(lang, "measured", field), text(lang, "measured_unit", "mm", value=value))
        for field, value in measurements.items()
        if value and has_text(lang, "measured", field)
    ]


api_router = Router(
    "/", route_handlers=[list_passports, get_passport, get_passport_label], tags=["documents: passports"]
)
public_router = Router("/", route_handlers=[open_passport], dependencies=GUESSES, tags=["public"])
page_router = Router(
    "/",
    route_handlers=[show_passport],
    exception_handlers=refusals_as_pages("passport"),
    middleware=[COMPRESSED],
    dependencies=GUESSES,
)
