from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

import msgspec

from app.http.schemas import In, Out, Text
from app.identity.devices.models import Device
from app.identity.devices.service import DeviceFacts


class DeviceIn(In):
    """What the person signs in from. Sessions begun with it end when it is revoked."""

    platform: Literal["android", "ios", "web", "other"]
    name: Text
    """As its owner knows it: `Pixel 8`."""
    app_version: Annotated[str, msgspec.Meta(max_length=50)] = ""
    id: UUID | None = None
    """The device id of an earlier sign-in, so that the same phone stays one device."""

    def facts(self) -> DeviceFacts:
        return DeviceFacts(self.id, self.platform, self.name, self.app_version)


class DeviceOut(Out):
    id: UUID
    user_id: UUID
    platform: str
    name: str
    app_version: str
    created_at: datetime
    last_seen_at: datetime
    revoked_at: datetime | None
    is_current: bool
    """The one that asks."""

    @classmethod
    def of(cls, device: Device, current_id: UUID | None) -> Self:
        return cls(
            id=device.id,
            user_id=device.user_id,
            platform=device.platform,
            name=device.name,
            app_version=device.app_version,
            created_at=device.created_at,
            last_seen_at=device.last_seen_at,
            revoked_at=device.revoked_at,
            is_current=device.id == current_id,
        )
