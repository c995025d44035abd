"""Events about companies, people and sign-in."""

from uuid import UUID

from app.contracts.event import Event


class CompanyRegistered(Event, frozen=True, kw_only=True):
    """A new company with its first owner; it has no settings of its own yet."""

    kind = "identity.company_registered"
    owner_id: UUID
    lang: str
    timezone: str


class UserCreated(Event, frozen=True, kw_only=True):
    kind = "identity.user_created"
    user_id: UUID
    roles: list[str]


class UserChanged(Event, frozen=True, kw_only=True):
    """A person's name, contacts, roles or right to sign in have changed. The values are the new ones."""

    kind = "identity.user_changed"
    user_id: UUID
    roles: list[str]
    is_active: bool


class RefreshTokenReused(Event, frozen=True, kw_only=True):
    """Somebody used a refresh token a second time, so there is a copy of it. The session was ended."""

    kind = "identity.refresh_token_reused"
    user_id: UUID
    device_id: UUID | None
