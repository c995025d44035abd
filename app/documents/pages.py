"""Small public pages: one HTML document of few kilobytes, loads nothing from other servers, is not cached.

They work without scripts. Only a page that follows something (`live`) has one: it asks for the same page again.
"""

import base64
import hashlib
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any

from litestar import Request, Response
from litestar.config.compression import CompressionConfig
from litestar.middleware import DefineMiddleware
from litestar.middleware.compression import CompressionMiddleware
from litestar.types import ExceptionHandlersMap
from markupsafe import Markup

from app.core.errors import NotFound
from app.core.i18n import LANGS, lang_of_page, text
from app.documents.brand import Brand
from app.documents.printing.paper import TEMPLATES, stylesheet, templates
from app.http.idempotency import AnswerGiven
from app.http.problems import HANDLERS, answer_to, on_answer_given
from app.identity.api import TooManyAttempts

COMPRESSED = DefineMiddleware(
    CompressionMiddleware, config=CompressionConfig("gzip", minimum_size=600, gzip_compress_level=6)
)
"""`middleware` of routers of pages. Compression tells nobody a secret by its length here (BREACH): the only secret of
such a page is the code in its address, and whoever wants to put words of his choice beside it must know the code."""


def page(
    template: str,
    *,
    lang: str,
    status_code: int = 200,
    folder: Path | None = None,
    brand: Brand | None = None,
    live: bool = False,
    chosen: str | None = None,
    **facts: Any,
) -> Response[str]:
    """A page in one language, with the headers of a page that nobody indexes, frames or caches.

    `chosen` is `chosen_lang`: the forms and links of the page keep it by `chosen_query`.

    `folder` has the template if it is another module's. `brand` is the company on top; None: nobody knows whose page
    it is. A `live` page asks for itself again while it is looked at, and shows what has changed in its part `#live`;
    with another `data-state` it is loaded anew.
    """
    html = (
        templates(*([folder] if folder else []))
        .get_template(template)
        .render(
            lang=lang,
            css=stylesheet("page.css"),
            script=_script(),
            brand=brand,
            live=live,
            q=chosen_query(chosen),
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
            "Content-Security-Policy": _policy(live=live),
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex, nofollow",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


@cache
def _script() -> Markup:
    return Markup((TEMPLATES / "page.js").read_text(encoding="utf-8").strip())  # noqa: S704  # our own file


@cache
def _policy(*, live: bool) -> str:
    """Only our own style sheet and script, known by their hashes, and the logo from this server."""
    script = f" script-src '{_hash(_script())}'; connect-src 'self';" if live else ""
    return (
        f"default-src 'none'; style-src '{_hash(stylesheet('page.css'))}'; img-src 'self';{script}"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def _hash(content: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"


def refusals_as_pages(title: str) -> ExceptionHandlersMap:
    """For routers of pages: whoever types a wrong code gets a page too, not a problem document."""

    def on_unknown(request: Request[Any, Any, Any], _: NotFound) -> Response[str]:
        return page("unknown.html", lang=page_lang(request), status_code=404, title=title)

    def on_too_many(request: Request[Any, Any, Any], refusal: TooManyAttempts) -> Response[str]:
        wait_s = refusal.params["retry_after_s"]
        shown = page(
            "too_many.html", lang=page_lang(request), status_code=429, title=title, minutes=ceil(wait_s / 60)
        )
        shown.headers["Retry-After"] = str(wait_s)
        return shown

    failed = dict.fromkeys(HANDLERS, on_failure)
    return failed | {AnswerGiven: on_answer_given, NotFound: on_unknown, TooManyAttempts: on_too_many}


def on_failure(request: Request[Any, Any, Any], error: Exception) -> Response[str]:
    """A bug, a database that is away, a form that is too large: noted as everywhere, and said in one sentence."""
    answer = answer_to(request, error)
    status = answer.status_code or 500
    shown = page("failed.html", lang=page_lang(request), status_code=status, is_ours=status >= 500)
    for name in ("Retry-After", "Allow"):
        if name in answer.headers:
            shown.headers[name] = answer.headers[name]
    return shown


def chosen_lang(request: Request[Any, Any, Any]) -> str | None:
    """The language that the reader has chosen by a link on the page: it stands in the address, and is kept nowhere."""
    chosen = request.query_params.get("lang")
    return chosen if chosen in LANGS else None


def chosen_query(chosen: str | None) -> str:
    """Behind a path: the next page is in this language, too."""
    return f"?lang={chosen}" if chosen else ""


def page_lang(request: Request[Any, Any, Any], *, of_client: str | None = None) -> str:
    """See `lang_of_page`. Passports and acts are read by anybody, so they are in no client's language."""
    accepted = request.headers.get("accept-language")
    return lang_of_page(chosen=chosen_lang(request), of_client=of_client, accept_language=accepted)
