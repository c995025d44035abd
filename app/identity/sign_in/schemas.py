from typing import Annotated
from uuid import UUID

import msgspec

from app.http.schemas import In, Out
from app.identity.devices.schemas import DeviceIn
from app.identity.sessions.keeping import MayKeep
from app.identity.users.schemas import Email, Password, Phone


class SignIn(MayKeep):
    email: Email
    password: Password
    company_id: UUID | None = None
    """Only needed after `company_choice_needed`."""
    device: DeviceIn | None = None


class AskLoginCode(In):
    phone: Phone
    company_id: UUID | None = None
    device_id: UUID | None = None
    """The id this phone got when it signed in before: then nobody else can use up its tries."""


class LoginCodeAsked(Out):
    """The same for every phone: whether anybody has it is not told."""

    request_id: str
    """Goes back with the code."""
    expires_in_s: int


class VerifyLoginCode(MayKeep):
    request_id: Annotated[str, msgspec.Meta(max_length=400)]
    code: Annotated[str, msgspec.Meta(pattern=r"^\s*([0-9]\s*){6}$", max_length=20)]
    company_id: UUID | None = None
    """Only needed after `company_choice_needed`."""
    device: DeviceIn | None = None
