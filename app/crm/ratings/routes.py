"""The page on which a client rates the work, behind the link in an SMS. It belongs to the page of his visit."""

from pathlib import Path
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Redirect

from app.core.i18n import text
from app.crm.disappointments.values import Said
from app.crm.ratings import service
from app.crm.ratings.policies import STARS, RatedTooOften
from app.db.session import enter_company
from app.dispatch.api import RATED_FOR, VISITOR, OpenedVisit, Visitor, pages_of_refusals, shown_of
from app.documents.api import COMPRESSED, chosen_query, page
from app.http.guards import public
from app.notifications.api import format_day

FOLDER = Path(__file__).parent / "templates"
WORDS_KEPT = 1000
FORM_MAX_BYTES = 20_000

AnyRequest = Request[Any, Any, Any]
AnyVisitor = NamedDependency[SkipValidation[Visitor]]


@get("/v/{code:str}/rating", guards=[public], include_in_schema=False)
async def show_rating(code: FromPath[str], visitor: AnyVisitor) -> Response[Any]:
    """The form, with the rating that there is. Looking at it rates nothing."""
    opened = await visitor.open()
    if opened.around.done_at is None:
        return _to(visitor, "")
    async with visitor.transactions() as session:
        await enter_company(session, opened.company_id)
        rated = await service.get_rating(session, opened.company_id, opened.link.visit_id)
    return _page(code, opened, rated)


@post(
    "/v/{code:str}/rating",
    guards=[public],
    include_in_schema=False,
    status_code=200,
    request_max_body_size=FORM_MAX_BYTES,
)
async def rate_visit(code: FromPath[str], request: AnyRequest, visitor: AnyVisitor) -> Response[Any]:
    """The client rates the work. He may change it for some days."""
    opened = await visitor.open()
    if opened.around.done_at is None:
        return _to(visitor, "")
    form = await request.form()
    stars, words = _stars(form.get("stars")), _words(form.get("words"))
    if stars is None:
        return _page(code, opened, None, words=words, why="stars_missing")
    try:
        async with visitor.transactions() as session:
            await enter_company(session, opened.company_id)
            await service.rate(
                session, opened.company_id, opened.link.visit_id, stars=stars, words=words, now=visitor.now
            )
    except RatedTooOften:
        return _page(code, opened, None, words=words, why="changed_too_often")
    return _to(visitor, "/rating")


def _stars(written: object) -> int | None:
    """None: nothing that our form sends."""
    return int(written) if isinstance(written, str) and written in map(str, STARS) else None


def _words(written: object) -> str:
    return written.replace("\0", "").strip()[:WORDS_KEPT] if isinstance(written, str) else ""


def _page(
    code: str, opened: OpenedVisit, rated: Said | None, *, words: str = "", why: str | None = None
) -> Response[str]:
    """`why` is the code of what was not done; answered with 409."""
    lang, done_at = opened.visit.lang, opened.around.done_at
    assert done_at is not None  # noqa: S101  # others are sent back
    return page(
        "rating.html",
        lang=lang,
        status_code=409 if why else 200,
        folder=FOLDER,
        brand=opened.brand,
        chosen=opened.chosen,
        path=f"/v/{code}",
        visit=shown_of(opened),
        rated=rated,
        words=rated.comment if rated else words,
        why=text(lang, "rating", why) if why else None,
        until=format_day(done_at + RATED_FOR, timezone=opened.visit.site_zone, lang=lang),
        words_kept=WORDS_KEPT,
        stars=STARS,
    )


def _to(visitor: Visitor, page: str) -> Redirect:
    """Loading the page again sends nothing again."""
    path = f"/v/{visitor.code}{page}{chosen_query(visitor.chosen)}"
    return Redirect(path, status_code=303, headers={"Cache-Control": "no-store"})


page_router = Router(
    "/",
    route_handlers=[show_rating, rate_visit],
    exception_handlers=pages_of_refusals(),
    middleware=[COMPRESSED],
    dependencies=VISITOR,
)
