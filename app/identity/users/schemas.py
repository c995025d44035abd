from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import msgspec

from app.core.i18n import Lang
from app.core.scope import Role
from app.http.schemas import In, Out, Patch, Text
from app.identity.passwords import LENGTH_MAX
from app.identity.users.models import UserAccount

Email = Annotated[
    str, msgspec.Meta(min_length=3, max_length=254, description="Upper or lower case is the same")
]
Phone = Annotated[str, msgspec.Meta(min_length=5, max_length=32, description="As people write it")]
Roles = Annotated[list[Role], msgspec.Meta(min_length=1, max_length=len(Role))]
NewPassword = Annotated[
    str,
    msgspec.Meta(max_length=LENGTH_MAX, description="At least 12 characters, and hard to guess"),
]
Password = Annotated[str, msgspec.Meta(max_length=LENGTH_MAX)]


class CreateUser(In):
    """A person of the company. Office roles need an e-mail, all others a phone."""

    name: Text
    roles: Roles
    email: Email | None = None
    phone: Phone | None = None
    lang: Lang = "ru"
    password: NewPassword | None = None
    """For office roles; it can be given later."""


class ChangeUser(Patch):
    """Only what is sent changes."""

    name: Text | msgspec.UnsetType = msgspec.UNSET
    roles: Roles | msgspec.UnsetType = msgspec.UNSET
    email: Email | msgspec.UnsetType | None = msgspec.UNSET
    phone: Phone | msgspec.UnsetType | None = msgspec.UNSET
    lang: Lang | msgspec.UnsetType = msgspec.UNSET
    is_active: bool | msgspec.UnsetType = msgspec.UNSET
    """False ends all sessions of the person within a second."""


class ChangePassword(In):
    new_password: NewPassword
    old_password: Password | None = None
    """Needed for one's own."""


class UserOut(Out):
    id: UUID
    name: str
    email: str | None
    phone: str | None
    roles: list[Role]
    lang: str
    is_active: bool
    created_at: datetime
    version: int

    @classmethod
    def of(cls, user: UserAccount) -> Self:
        return cls(
            id=user.id,
            name=user.name,
            email=user.email,
            phone=user.phone,
            roles=[Role(role) for role in user.roles],
            lang=user.lang,
            is_active=user.is_active,
            created_at=user.created_at,
            version=user.row_version,
        )
