"""Whose page it is: the company's name and its logo, which browsers load as a small picture of their own.

The address of the picture names its hash. So it is kept for good, and a new logo has another address.
"""

import asyncio
from io import BytesIO
from typing import Any, NamedTuple, Self
from uuid import UUID

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from obstore.store import ObjectStore
from PIL import Image

from app.core.errors import NotFound
from app.core.i18n import choose_lang
from app.db.files import FileLost, read_file
from app.db.session import enter_company
from app.http.dependencies import Transactions
from app.http.guards import public
from app.identity.api import CompanyFacts, get_company

NAME_LENGTH = 16
"""Hexadecimal digits of the hash in the address."""
HEIGHT, WIDTH_MAX = 80, 288
"""Pixels: twice what the page shows, for sharp screens."""
KEPT = 200
"""So many logos stay in memory, some kilobytes each: drawing one takes more than everything else of a page."""
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


class Brand(NamedTuple):
    """Stands on top of a page."""

    name: str
    logo: str | None
    """The address of the picture. None: the company has none."""

    @classmethod
    def of(cls, company: CompanyFacts) -> Self:
        return cls.made_of(company.id, company.name, company.logo_sha256)

    @classmethod
    def made_of(cls, company_id: UUID, name: str, logo_sha256: bytes | None) -> Self:
        return cls(name, f"/logo/{company_id}/{_name_of(logo_sha256)}" if logo_sha256 else None)


def _name_of(logo_sha256: bytes) -> str:
    return f"{logo_sha256.hex()[:NAME_LENGTH]}.webp"


_drawn: dict[str, bytes] = {}


@get("/logo/{company_id:uuid}/{name:str}", guards=[public], include_in_schema=False)
async def show_logo(
    company_id: FromPath[UUID],
    name: FromPath[str],
    transactions: NamedDependency[SkipValidation[Transactions]],
    files: NamedDependency[SkipValidation[ObjectStore]],
) -> Response[bytes]:
    """The logo of a company in the size of a page."""
    async with transactions() as session:
        await enter_company(session, company_id)
        company = await get_company(session, company_id)
    if company is None or not company.logo_key or not company.logo_sha256:
        raise NotFound
    if name != _name_of(company.logo_sha256):
        raise NotFound
    if (drawn := _drawn.get(name)) is None:
        image = await read_file(files, company.logo_key, sha256=company.logo_sha256)
        drawn = await asyncio.to_thread(_shrink, image)
        if len(_drawn) >= KEPT:
            _drawn.clear()
        _drawn[name] = drawn
    return Response(drawn, media_type="image/webp", headers=FOREVER)


def _shrink(image: bytes) -> bytes:
    """We have drawn the picture ourselves when it came (`identity.companies.logo`), so it can be opened safely."""
    with Image.open(BytesIO(image), formats=["PNG", "JPEG"]) as opened:
        opened.thumbnail((WIDTH_MAX, HEIGHT))
        out = BytesIO()
        opened.save(out, "WEBP", quality=80, method=6)
    return out.getvalue()


def _nothing(request: Request[Any, Any, Any], _: Exception) -> Response[str]:
    """A page without its picture says the same, so nobody is told more."""
    lang = choose_lang(request.headers.get("accept-language"))
    return Response("", status_code=404, media_type="text/plain", headers={"Content-Language": lang})


router = Router("/", route_handlers=[show_logo], exception_handlers={NotFound: _nothing, FileLost: _nothing})
