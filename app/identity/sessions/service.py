"""A session is the family of refresh tokens that began with one sign-in. Each token is used once."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.contracts.identity import RefreshTokenReused
from app.core.errors import DomainError
from app.core.ids import uuid7
from app.core.scope import Role, Scope
from app.db.outbox import announce
from app.db.session import Session, enter_company
from app.identity.devices import service as devices
from app.identity.devices.service import DeviceFacts
from app.identity.refresh_tokens import policies, queries
from app.identity.refresh_tokens.models import RefreshToken
from app.identity.refresh_tokens.secret import company_of, hash_of, new_refresh_token, successor_of
from app.identity.tokens import ACCESS_TOKEN_LIFE, issue_access_token
from app.identity.users.models import UserAccount
from app.identity.users.queries import get_known_user


class SignInFailed(DomainError):
    """E-mail, password or company is wrong, or the person was dismissed. One answer for all: it reveals nothing."""

    status = 401
    code = "sign_in_failed"


class RefreshTokenInvalid(DomainError):
    """Unknown, expired, or of a session that was ended."""

    status = 401
    code = "refresh_token_invalid"


class RefreshTokenCopied(DomainError):
    """The token was used before, or comes from another device: somebody has a copy. The session is ended.

    This refusal changes something: whoever catches it must let the transaction commit.
    """

    status = 401
    code = "refresh_token_reused"

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        super().__init__()


class Tokens(NamedTuple):
    scope: Scope
    access_token: str
    access_expires_in_s: int
    refresh_token: str
    refresh_expires_at: datetime


def scope_of(user: UserAccount, *, device_id: UUID | None = None) -> Scope:
    return Scope(
        company_id=user.company_id,
        user_id=user.id,
        roles=frozenset(Role(role) for role in user.roles),
        lang=user.lang,
        device_id=device_id,
    )


async def begin_session(
    session: Session, *, user: UserAccount, device: DeviceFacts | None, secret_key: str, now: datetime
) -> Tokens:
    """The first tokens of somebody who has proved who he is. The session must be in his company.

    `user` is what was read of him when he proved it.

    Raises:
        SignInFailed: he has been dismissed meanwhile, or has another password.
    """
    proved_hash = user.password_hash
    user = await get_known_user(session, user.company_id, user.id, lock=True)
    if not user.is_active or user.password_hash != proved_hash:
        raise SignInFailed
    device_id = await devices.recognise_device(session, user=user, facts=device, now=now)
    await queries.forget_expired_links(session, user.company_id, user.id, now=now)
    token = new_refresh_token(user.company_id)
    link = RefreshToken(
        company_id=user.company_id,
        family_id=uuid7(),
        user_id=user.id,
        device_id=device_id,
        token_hash=hash_of(token),
        expires_at=policies.link_expires_at(family_expires_at=now + policies.LIFE_MAX, now=now),
        family_expires_at=now + policies.LIFE_MAX,
    )
    session.add(link)
    return _tokens(user, link, token, secret_key=secret_key, now=now)


async def refresh_session(
    session: Session, *, refresh_token: str, device_id: UUID | None, secret_key: str, now: datetime
) -> Tokens:
    """Exchange a refresh token for the next one.

    A token that was used a moment ago gets the same successor again: the phone may have lost the
    answer, or asked twice at once. Later, it counts as a copy.

    Raises:
        RefreshTokenInvalid: no such token, or its session is over.
        RefreshTokenCopied: the session has just been ended because of this request.
    """
    link, user = await _link_and_owner(session, refresh_token)
    if not user.is_active:
        raise RefreshTokenInvalid
    if device_id is not None and device_id != link.device_id:
        raise await _end_copied(session, link, user, now=now)
    successor = successor_of(secret_key, refresh_token)
    if await queries.use_link(session, user.company_id, link.token_hash, now=now):
        next_link = await _add_successor(session, link, successor, now=now)
    else:
        next_link = await _successor_again(session, link, user, successor, now=now)
    await devices.note_seen(session, link.company_id, link.device_id, now=now)
    return _tokens(user, next_link, successor, secret_key=secret_key, now=now)


async def end_session(session: Session, *, refresh_token: str, now: datetime) -> Scope | None:
    """Sign out. Returns whose session it was, or None for an unknown token: then there is nothing to end."""
    try:
        link, user = await _link_and_owner(session, refresh_token)
    except RefreshTokenInvalid:
        return None
    await queries.end_families(session, user.company_id, user.id, family_id=link.family_id, now=now)
    return scope_of(user, device_id=link.device_id)


async def _link_and_owner(session: Session, refresh_token: str) -> tuple[RefreshToken, UserAccount]:
    """Enters the company and locks the person, so that refreshing and ending sessions take turns.

    Raises:
        RefreshTokenInvalid: no such token.
    """
    company_id = company_of(refresh_token)
    if company_id is None:
        raise RefreshTokenInvalid
    await enter_company(session, company_id)
    link = await queries.get_link(session, company_id, hash_of(refresh_token))
    if link is None:
        raise RefreshTokenInvalid
    return link, await get_known_user(session, company_id, link.user_id, lock=True)


async def _add_successor(
    session: Session, link: RefreshToken, successor: str, *, now: datetime
) -> RefreshToken:
    await queries.forget_expired_links(session, link.company_id, link.user_id, now=now)
    next_link = RefreshToken(
        company_id=link.company_id,
        family_id=link.family_id,
        user_id=link.user_id,
        device_id=link.device_id,
        token_hash=hash_of(successor),
        expires_at=policies.link_expires_at(family_expires_at=link.family_expires_at, now=now),
        family_expires_at=link.family_expires_at,
    )
    session.add(next_link)
    return next_link


async def _successor_again(
    session: Session, link: RefreshToken, user: UserAccount, successor: str, *, now: datetime
) -> RefreshToken:
    """The next link once more, for a link that could not be used now.

    Raises:
        RefreshTokenInvalid, RefreshTokenCopied: see `refresh_session`.
    """
    seen = await queries.get_link(session, link.company_id, link.token_hash)
    if seen is None or seen.used_at is None or seen.expires_at <= now:
        raise RefreshTokenInvalid
    if not policies.is_retry(used_at=seen.used_at, now=now):
        raise await _end_copied(session, link, user, now=now)
    next_link = await queries.get_link(session, link.company_id, hash_of(successor))
    if next_link is None or next_link.revoked_at is not None:
        raise RefreshTokenInvalid
    return next_link


async def _end_copied(
    session: Session, link: RefreshToken, user: UserAccount, *, now: datetime
) -> RefreshTokenCopied:
    """Announced once, however often the copy comes back."""
    ended = await queries.end_families(session, user.company_id, user.id, family_id=link.family_id, now=now)
    if ended:
        await announce(
            session, user.company_id, RefreshTokenReused(user_id=user.id, device_id=link.device_id)
        )
    return RefreshTokenCopied(scope_of(user, device_id=link.device_id))


def _tokens(
    user: UserAccount, link: RefreshToken, refresh_token: str, *, secret_key: str, now: datetime
) -> Tokens:
    scope = scope_of(user, device_id=link.device_id)
    access_token = issue_access_token(
        secret_key, scope, session_version=user.session_version, family_id=link.family_id, now=now
    )
    return Tokens(
        scope=scope,
        access_token=access_token,
        access_expires_in_s=int(ACCESS_TOKEN_LIFE.total_seconds()),
        refresh_token=refresh_token,
        refresh_expires_at=link.expires_at,
    )
