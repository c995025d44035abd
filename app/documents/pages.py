"""Small public pages: one HTML document without scripts, loads nothing from other servers, is not cached."""

import base64
import hashlib
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any

from litestar import Request, Response
from litestar.types import ExceptionHandlersMap

from app.core.errors import NotFound
from app.core.i18n import choose_lang, text
from app.documents.printing.paper import stylesheet, templates
from app.identity.api import TooManyAttempts


def page(
    template: str, *, lang: str, status_code: int = 200, folder: Path | None = None, **facts: Any
) -> Response[str]:
    """A page in one language, with the headers of a page that nobody indexes, frames or caches.

    `folder` has the template if it is another module's.
    """
    html = (
        templates(*([folder] if folder else []))
        .get_template(template)
        .render(
            lang=lang,
            css=stylesheet("page.css"),
            t=lambda table, key, **p: text(lang, table, key, **p),
            **facts,
        )
    )
    return Response(
        html,
        status_code=status_code,
        media_type="text/html",
        headers={
            "Content-Language": lang,
            "Vary": "Accept-Language",
            "Content-Security-Policy": _policy(),
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex, nofollow",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


@cache
def _policy() -> str:
    """Only our own style sheet, known by its hash."""
    digest = base64.b64encode(hashlib.sha256(stylesheet("page.css").encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )


def refusals_as_pages(title: str) -> ExceptionHandlersMap:
    """For routers of pages: whoever types a wrong code gets a page too, not a problem document."""

    def on_unknown(request: Request[Any, Any, Any], _: NotFound) -> Response[str]:
        return page("unknown.html", lang=_lang(request), status_code=404, title=title)

    def on_too_many(request: Request[Any, Any, Any], refusal: TooManyAttempts) -> Response[str]:
        wait_s = refusal.params["retry_after_s"]
        shown = page(
            "too_many.html", lang=_lang(request), status_code=429, title=title, minutes=ceil(wait_s / 60)
        )
        shown.headers["Retry-After"] = str(wait_s)
        return shown

    return {NotFound: on_unknown, TooManyAttempts: on_too_many}


def _lang(request: Request[Any, Any, Any]) -> str:
    return choose_lang(request.headers.get("accept-language"))
