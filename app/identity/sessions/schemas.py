from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import msgspec

from app.core.scope import WORKER_ROLES, Role
from app.http.schemas import Out
from app.identity.companies.models import Company
from app.identity.sessions.service import Tokens
from app.identity.users.models import UserAccount

RefreshTokenText = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class TokensOut(Out):
    """`access_token` goes into `Authorization: Bearer …`; `refresh_token` buys the next pair, once."""

    access_token: str
    token_type: str
    expires_in_s: int
    refresh_token: str | None
    """None if it is kept in a cookie (`keep_in`)."""
    refresh_expires_at: datetime
    company_id: UUID
    user_id: UUID
    device_id: UUID | None

    @classmethod
    def of(cls, tokens: Tokens) -> Self:
        return cls(
            access_token=tokens.access_token,
            token_type="Bearer",  # noqa: S106  # a scheme, not a secret
            expires_in_s=tokens.access_expires_in_s,
            refresh_token=tokens.refresh_token,
            refresh_expires_at=tokens.refresh_expires_at,
            company_id=tokens.scope.company_id,
            user_id=tokens.scope.user_id,
            device_id=tokens.scope.device_id,
        )


class MyCompany(Out):
    id: UUID
    name: str
    lang: str
    timezone: str


class MeOut(Out):
    id: UUID
    name: str
    email: str | None
    phone: str | None
    roles: list[Role]
    lang: str
    worker_id: UUID | None
    """Set for people who go to clients: their id in visits."""
    device_id: UUID | None
    company: MyCompany

    @classmethod
    def of(cls, user: UserAccount, company: Company, device_id: UUID | None) -> Self:
        roles = [Role(role) for role in user.roles]
        return cls(
            id=user.id,
            name=user.name,
            email=user.email,
            phone=user.phone,
            roles=roles,
            lang=user.lang,
            worker_id=None if WORKER_ROLES.isdisjoint(roles) else user.id,
            device_id=device_id,
            company=MyCompany(id=company.id, name=company.name, lang=company.lang, timezone=company.timezone),
        )
