from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from app.core.clock import Clock
from app.core.errors import Forbidden, NotFound
from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import anybody
from app.http.refusals import refuses
from app.identity.devices import service
from app.identity.devices.schemas import DeviceOut


@get("/", operation_id="listDevices", guards=[anybody])
@refuses(Forbidden)
async def list_devices(
    session: NamedDependency[Session], caller: NamedDependency[Scope], user_id: FromQuery[UUID | None] = None
) -> list[DeviceOut]:
    """One's own devices, the one seen last first.

    An owner may ask for another person's with `user_id`.
    """
    devices = await service.find_devices(session, scope=caller, user_id=user_id)
    return [DeviceOut.of(device, caller.device_id) for device in devices]


@post("/{device_id:uuid}/revoke", operation_id="revokeDevice", guards=[anybody], status_code=200)
@refuses(NotFound)
async def revoke_device(
    device_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> DeviceOut:
    """End the sessions of a lost phone: one's own, or as owner anybody's.

    Its refresh token is refused at once, its access token within a second. Doing it twice is the same.
    """
    device = await service.revoke_device(session, scope=caller, device_id=device_id, now=clock.now())
    return DeviceOut.of(device, caller.device_id)


router = Router("/devices", route_handlers=[list_devices, revoke_device], tags=["identity: devices"])
