import hashlib
from datetime import date
from typing import Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from obstore.store import ObjectStore

from app.core.clock import Clock
from app.core.errors import DomainError
from app.core.money import format_rub
from app.documents.acts.service import ActNotFound, DocumentDamaged
from app.documents.brand import Brand
from app.documents.check.schemas import CheckedActOut, VerifiedOut, VerifyAct
from app.documents.check.service import CheckedAct, check_act
from app.documents.guesses import GUESSES, Guesses, looking_up
from app.documents.pages import COMPRESSED, chosen_lang, page, page_lang, refusals_as_pages
from app.documents.printing.paper import long_day, moment
from app.http.dependencies import Transactions
from app.http.guards import public
from app.http.refusals import refuses
from app.identity.api import TooManyAttempts

PDF_MAX_BYTES = 20_000_000
NO_STORE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}

AnyRequest = Request[Any, Any, Any]


class HashRequired(DomainError):
    """Neither a file nor a SHA-256."""

    status = 422
    code = "hash_required"


@get("/public/acts/{code:str}", operation_id="checkAct", guards=[public], security=[{}])
@refuses(ActNotFound, DocumentDamaged, TooManyAttempts)
async def check_public_act(
    code: FromPath[str],
    transactions: NamedDependency[SkipValidation[Transactions]],
    files: NamedDependency[SkipValidation[ObjectStore]],
    guesses: NamedDependency[SkipValidation[Guesses]],
    clock: NamedDependency[Clock],
) -> Response[CheckedActOut]:
    """Is there such an act, and is everything kept of it still what was signed? For everybody.

    The code is read as people write it: small letters, O for 0, I or L for 1, dashes.
    """
    async with looking_up(guesses, now=clock.now()):
        checked = await check_act(transactions, files, code, now=clock.now())
    return Response(CheckedActOut.of(checked), headers=NO_STORE)


@post(
    "/public/acts/{code:str}/verify",
    operation_id="verifyAct",
    guards=[public],
    security=[{}],
    status_code=200,
    request_max_body_size=PDF_MAX_BYTES,
    upload=["application/pdf", "application/json"],
)
@refuses(ActNotFound, DocumentDamaged, HashRequired, TooManyAttempts)
async def verify_act(
    code: FromPath[str],
    request: AnyRequest,
    transactions: NamedDependency[SkipValidation[Transactions]],
    files: NamedDependency[SkipValidation[ObjectStore]],
    guesses: NamedDependency[SkipValidation[Guesses]],
    clock: NamedDependency[Clock],
) -> Response[VerifiedOut]:
    """Is this file, byte for byte, a document of this act? Send the PDF itself, or `{"sha256": "…"}`.

    Nothing of the file is kept.
    """
    async with looking_up(guesses, now=clock.now()):
        sha256 = await _sent_hash(request)
        checked = await check_act(transactions, files, code, now=clock.now())
    return Response(VerifiedOut.of(checked, sha256), headers=NO_STORE)


async def _sent_hash(request: AnyRequest) -> bytes:
    content_type, _ = request.content_type
    if content_type == "application/json":
        try:
            return bytes.fromhex(msgspec.json.decode(await request.body(), type=VerifyAct).sha256)
        except (msgspec.MsgspecError, RecursionError, ValueError) as error:
            raise HashRequired from error
    digest, size = hashlib.sha256(), 0
    async for chunk in request.stream():
        digest.update(chunk)
        size += len(chunk)
    if not size:
        raise HashRequired
    return digest.digest()


@get("/check/{code:str}", guards=[public], include_in_schema=False)
async def show_check(
    code: FromPath[str],
    request: AnyRequest,
    transactions: NamedDependency[SkipValidation[Transactions]],
    files: NamedDependency[SkipValidation[ObjectStore]],
    guesses: NamedDependency[SkipValidation[Guesses]],
    clock: NamedDependency[Clock],
) -> Response[str]:
    """The page behind the QR code on an act."""
    async with looking_up(guesses, now=clock.now()):
        checked = await check_act(transactions, files, code, now=clock.now())
    return _check_page(request, checked, sha256=None)


@post(
    "/check/{code:str}",
    guards=[public],
    include_in_schema=False,
    status_code=200,
    request_max_body_size=PDF_MAX_BYTES,
)
async def show_check_of_file(
    code: FromPath[str],
    request: AnyRequest,
    transactions: NamedDependency[SkipValidation[Transactions]],
    files: NamedDependency[SkipValidation[ObjectStore]],
    guesses: NamedDependency[SkipValidation[Guesses]],
    clock: NamedDependency[Clock],
) -> Response[str]:
    """The same page, for somebody who has sent his PDF with its form."""
    async with looking_up(guesses, now=clock.now()):
        checked = await check_act(transactions, files, code, now=clock.now())
    file = (await request.form()).get("file")
    content = await file.read() if isinstance(file, UploadFile) else b""
    return _check_page(request, checked, sha256=hashlib.sha256(content).digest() if content else None)


def _check_page(request: AnyRequest, checked: CheckedAct, *, sha256: bytes | None) -> Response[str]:
    lang = page_lang(request)
    act = CheckedActOut.of(checked)
    return page(
        "check.html",
        lang=lang,
        chosen=chosen_lang(request),
        brand=Brand.of(checked.company),
        act=act,
        compared=VerifiedOut.of(checked, sha256) if sha256 else None,
        drawn_on=_shown_day(act.drawn_on, lang),
        signed_at=_shown_moment(checked, lang),
        total=format_rub(act.total_kop, lang),
    )


def _shown_day(drawn_on: str | None, lang: str) -> str:
    return long_day(date.fromisoformat(drawn_on), lang) if drawn_on else "—"


def _shown_moment(checked: CheckedAct, lang: str) -> str | None:
    signed_at = checked.act.signed_at
    timezone = (checked.act.content.get("company") or {}).get("timezone") or "UTC"
    return moment(signed_at, timezone, lang) if signed_at else None


api_router = Router("/", route_handlers=[check_public_act, verify_act], dependencies=GUESSES, tags=["public"])
page_router = Router(
    "/",
    route_handlers=[show_check, show_check_of_file],
    exception_handlers=refusals_as_pages("check"),
    middleware=[COMPRESSED],
    dependencies=GUESSES,
)
