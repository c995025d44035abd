"""Access tokens: short-lived JWTs signed with Ed25519, the key derived from SECRET_KEY."""

from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import NamedTuple
from uuid import UUID, uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.scope import Role, Scope

ACCESS_TOKEN_LIFE = timedelta(minutes=10)
AUDIENCE = "brigada"
TOKEN_TYPE = "at+jwt"  # noqa: S105

LIVE_TICKET_LIFE = timedelta(seconds=30)
LIVE_TICKET_TYPE = "live+jwt"


class TokenInvalid(Exception):
    """Not a token of ours, or no longer good."""


class AccessToken(NamedTuple):
    """What a bearer token says. It may be ten minutes old; `Liveness` checks what is still true."""

    caller: Scope
    session_version: int
    family_id: UUID | None
    """The session it belongs to."""


class LiveTicket(NamedTuple):
    """A ticket as it was read. It opens one stream."""

    id: str
    expires_at: datetime
    token: AccessToken
    """Of whoever asked for it."""


@cache
def _key(secret_key: str) -> Ed25519PrivateKey:
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"brigada access tokens").derive(
        secret_key.encode()
    )
    return Ed25519PrivateKey.from_private_bytes(seed)


def issue_access_token(
    secret_key: str, scope: Scope, *, session_version: int, now: datetime, family_id: UUID | None = None
) -> str:
    """A bearer token for ten minutes. `session_version` ties it to all current sessions of the person,
    `family_id` to one of them."""
    token = AccessToken(scope, session_version, family_id)
    return _issue(secret_key, token, TOKEN_TYPE, life=ACCESS_TOKEN_LIFE, now=now)


def issue_live_ticket(secret_key: str, token: AccessToken, *, now: datetime) -> str:
    """A ticket that opens the live channel once, and nothing else. It is sent in the URL, because browsers can send
    no header there, and URLs stand in logs. So it is valid for seconds only, and `jti` says when it comes again."""
    ticket_id = uuid4().hex
    return _issue(secret_key, token, LIVE_TICKET_TYPE, life=LIVE_TICKET_LIFE, now=now, jti=ticket_id)


def _issue(
    secret_key: str, token: AccessToken, kind: str, *, life: timedelta, now: datetime, **more: str
) -> str:
    scope, session_version, family_id = token
    claims = {
        "aud": AUDIENCE,
        "sub": str(scope.user_id),
        "company": str(scope.company_id),
        "roles": sorted(scope.roles),
        "lang": scope.lang,
        "device": str(scope.device_id) if scope.device_id else None,
        "sv": session_version,
        "sid": str(family_id) if family_id else None,
        "iat": now,
        "exp": now + life,
        **more,
    }
    return jwt.encode(claims, _key(secret_key), algorithm="EdDSA", headers={"typ": kind})


def read_access_token(secret_key: str, token: str, *, now: datetime) -> AccessToken:
    """Whose token it is.

    Raises:
        TokenInvalid: another algorithm, key, audience or type, or expired at `now`.
    """
    return _read(secret_key, token, TOKEN_TYPE, now=now).token


def read_live_ticket(secret_key: str, ticket: str, *, now: datetime) -> LiveTicket:
    """Whose ticket it is. Whether it has been used before, the caller must ask.

    Raises:
        TokenInvalid: as for an access token. An access token is not a ticket.
    """
    read = _read(secret_key, ticket, LIVE_TICKET_TYPE, now=now)
    return LiveTicket(read.id, datetime.fromtimestamp(read.expires_at, UTC), read.token)


class _Verified(NamedTuple):
    expires_at: float
    """Unix time."""
    token: AccessToken
    id: str
    """Empty for an access token."""


def _read(secret_key: str, token: str, kind: str, *, now: datetime) -> _Verified:
    read = _verify(secret_key, token, kind)
    if read.expires_at <= now.timestamp():
        raise TokenInvalid
    return read


@lru_cache(maxsize=10_000)
def _verify(secret_key: str, token: str, kind: str) -> _Verified:
    """When it expires and what it says. People send the same token for minutes."""
    try:
        decoded = jwt.decode_complete(
            token,
            _key(secret_key).public_key(),
            algorithms=["EdDSA"],
            audience=AUDIENCE,
            options={"require": ["exp", "sub", "aud"], "verify_exp": False, "verify_iat": False},
        )
        if decoded["header"].get("typ") != kind:
            raise TokenInvalid
        claims = decoded["payload"]
        caller = Scope(
            company_id=UUID(claims["company"]),
            user_id=UUID(claims["sub"]),
            roles=frozenset(Role(role) for role in claims["roles"]),
            lang=claims["lang"],
            device_id=_uuid(claims["device"]),
        )
        read = AccessToken(caller, int(claims["sv"]), _uuid(claims["sid"]))
        return _Verified(float(claims["exp"]), read, str(claims["jti"]) if kind == LIVE_TICKET_TYPE else "")
    except (jwt.PyJWTError, KeyError, ValueError, TypeError) as error:
        raise TokenInvalid from error


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None
