"""Small public pages: one HTML document, no script, nothing from elsewhere, nothing kept."""

import base64
import hashlib
from functools import cache
from typing import Any

from litestar import Response

from app.core.i18n import text
from app.documents.printing.paper import stylesheet, templates


def page(template: str, *, lang: str, status_code: int = 200, **facts: Any) -> Response[str]:
    """A page in one language, with the headers of a page that nobody indexes, frames or caches."""
    html = (
        templates()
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
