"""Where a face for browsers keeps its refresh token: in a cookie that no script can read (ADR 31).

Programs and phones get the token in the answer and keep it themselves. A page asks with `keep_in`: then the token
is set as a cookie and left out of the answer, and `refresh` and `sign-out` take it from there.
"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request
from litestar.datastructures import Cookie

from app.core.errors import DomainError
from app.core.settings import Settings
from app.http.schemas import In
from app.http.wording import ValueRefused
from app.identity.sessions.schemas import RefreshTokenText, TokensOut
from app.identity.sessions.service import Tokens

COOKIE = "brigada_{face}"
PATH = "/api/v1/auth"
"""All that needs the cookie lies below it, so nothing else is sent one."""


KeepIn = Annotated[
    Literal["console", "field"],
    msgspec.Meta(
        description="For pages in a browser: the refresh token is kept in a cookie of this face that no script can"
        " read, and `refresh_token` is null in the answer"
    ),
]


class ForeignPage(DomainError):
    """A page of another site asks with the cookie of ours, or wants to set it."""

    status = 403
    code = "foreign_page"


class MayKeep(In, kw_only=True):
    """A request that is answered with tokens."""

    keep_in: KeepIn | msgspec.UnsetType = msgspec.UNSET


class WithToken(MayKeep, kw_only=True):
    refresh_token: RefreshTokenText | msgspec.UnsetType = msgspec.UNSET
    """Needed unless `keep_in` says which cookie has it."""

    def __post_init__(self) -> None:
        if not self.refresh_token and not self.keep_in:
            raise ValueRefused("field_missing", field="refresh_token")


class RefreshSession(WithToken):
    device_id: UUID | None = None
    """The device that asks, if it has an id: a token that turns up on another one ends the session."""


class EndSession(WithToken):
    pass


class Keeping:
    """The cookie of one request. Without `keep_in` there is none, and everything is as for programs."""

    def __init__(self, request: Request[Any, Any, Any], face: str | None, *, is_secure: bool) -> None:
        self._request = request
        self._face = face
        self._is_secure = is_secure

    def token(self, sent: str | msgspec.UnsetType) -> str | None:
        """The refresh token that came in the body, or else in the cookie. None: the browser has none."""
        return sent or self._request.cookies.get(COOKIE.format(face=self._face))

    def shown(self, tokens: Tokens) -> TokensOut:
        """The answer: without the refresh token if it is kept in the cookie."""
        answer = TokensOut.of(tokens)
        return msgspec.structs.replace(answer, refresh_token=None) if self._face else answer

    def kept(self, tokens: Tokens, *, now: datetime) -> list[Cookie]:
        return self._cookies(tokens.refresh_token, int((tokens.refresh_expires_at - now).total_seconds()))

    def forgotten(self) -> list[Cookie]:
        """What makes the browser forget a token that is good for nothing any more."""
        return self._cookies("", 0)

    def _cookies(self, value: str, max_age: int) -> list[Cookie]:
        if self._face is None:
            return []
        return [
            Cookie(
                key=COOKIE.format(face=self._face),
                value=value,
                max_age=max_age,
                path=PATH,
                httponly=True,
                secure=self._is_secure,
                samesite="strict",
            )
        ]


def keeping_of(request: Request[Any, Any, Any], data: MayKeep, settings: Settings) -> Keeping:
    """Raises ForeignPage."""
    face = data.keep_in or None
    if face and not is_own_page(request, settings.public_url):
        raise ForeignPage
    return Keeping(request, face, is_secure=settings.public_url.startswith("https://"))


def is_own_page(request: Request[Any, Any, Any], public_url: str) -> bool:
    """Whether the page that asks comes from this server, by what the browser says and no script can change.

    `Sec-Fetch-Site` is told on https and on this machine, `Origin` with every POST. Another port or another
    host of one domain is a page of somebody else. Programs say neither, and hold no cookie that they did not
    get themselves.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site == "same-origin"
    if origin is None:
        return True
    return origin == public_url or origin.partition("://")[2] == request.headers.get("host")
