import base64
import hashlib
from typing import Any, Literal
from urllib.parse import quote
from uuid import UUID

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, SkipValidation
from obstore.store import ObjectStore

from app.core.clock import Clock
from app.core.i18n import text
from app.core.scope import Scope
from app.core.settings import Settings
from app.db.files import FileLost
from app.db.session import Session
from app.documents.acts import pdfs, queries, service
from app.documents.acts.models import Act
from app.documents.acts.schemas import ActOut
from app.documents.acts.service import ActNotFound, DocumentDamaged
from app.documents.content.stored import ActStatus, StoredAct
from app.http.dependencies import Transactions
from app.http.guards import anybody
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page

Lang = Literal["ru", "en"]


@get("/acts", operation_id="listActs", guards=[anybody])
async def list_acts(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    visit_id: FromQuery[UUID | None] = None,
    job_id: FromQuery[UUID | None] = None,
    order_id: FromQuery[UUID | None] = None,
    status: FromQuery[list[ActStatus] | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[ActOut]:
    """Acts, newest first; a worker sees those he is named on."""
    query = queries.select_acts(caller, visit_id=visit_id, job_id=job_id, order_id=order_id, statuses=status)
    acts, next_cursor = await fetch_page(session, query, Act.id, cursor=cursor, limit=limit)
    return Page(items=[ActOut.of(queries.stored_act(act)) for act in acts], next_cursor=next_cursor)


@get("/acts/{act_id:uuid}", operation_id="getAct", guards=[anybody])
@refuses(ActNotFound)
async def get_act(
    act_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> ActOut:
    """One act with everything that stands on it."""
    return ActOut.of(await service.get_act(session, caller, act_id))


@get("/acts/{act_id:uuid}/pdf", operation_id="getActPdf", guards=[anybody], media_type="application/pdf")
@refuses(ActNotFound, DocumentDamaged, FileLost)
async def get_act_pdf(
    act_id: FromPath[UUID],
    transactions: NamedDependency[SkipValidation[Transactions]],
    caller: NamedDependency[Scope],
    files: NamedDependency[SkipValidation[ObjectStore]],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
    lang: FromQuery[Lang | None] = None,
) -> Response[bytes]:
    """The act as PDF/A, in the language it was shown in unless another is asked for.

    Of a signed act always the same bytes, with the canonical content (`act.json`) and the evidence
    of the signature (`signature.json`) inside. Before the signature it is a draft marked as such.
    """
    async with transactions() as session:
        act = await service.get_act(session, caller, act_id)
    wanted = lang or act.content["lang"]
    pdf = await pdfs.read_or_make_pdf(
        transactions, files, act, wanted, public_url=settings.public_url, now=clock.now()
    )
    plain = f"act-{act.number}" if act.number else f"act-draft-{act.content['job_number']}-{act.revision}"
    return pdf_response(pdf, plain=f"{plain}-{wanted}", name=_file_name(act, wanted))


def _file_name(act: StoredAct, lang: str) -> str:
    if act.number:
        return text(lang, "act", "file_name", number=act.number)
    return text(lang, "act", "title_draft", job=act.content["job_number"], revision=act.revision)


def pdf_response(pdf: bytes, *, plain: str, name: str) -> Response[Any]:
    """`plain` is the file name for those who cannot read `name`."""
    digest = hashlib.sha256(pdf).digest()
    return Response(
        pdf,
        media_type="application/pdf",
        headers={
            "Content-Disposition": f"inline; filename=\"{plain}.pdf\"; filename*=UTF-8''{quote(name)}.pdf",
            "Repr-Digest": f"sha-256=:{base64.b64encode(digest).decode()}:",
            "ETag": f'"{digest.hex()}"',
            "Cache-Control": "private, no-cache",
            "X-Content-Type-Options": "nosniff",
        },
    )


router = Router("/", route_handlers=[list_acts, get_act, get_act_pdf], tags=["documents: acts"])
