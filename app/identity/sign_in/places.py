"""From where somebody signs in: a device, by the id that nobody else knows, or an address."""

from uuid import UUID

from app.core.addresses import same_caller


def places_of(who: str, *, ip: str, device_id: UUID | None = None) -> list[str]:
    """This person here, the surest first: a phone changes its address with every network, but brings
    its device id along."""
    at_address = f"{who} {same_caller(ip)}"
    return [f"{who} {device_id}", at_address] if device_id else [at_address]
