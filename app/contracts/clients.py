"""Events about clients."""

from uuid import UUID

from app.contracts.event import Event


class ClientRegistered(Event, frozen=True, kw_only=True):
    """A card was opened."""

    kind = "clients.client_registered"
    client_id: UUID


class ContactsChanged(Event, frozen=True, kw_only=True):
    """A client has other phones or e-mails than before."""

    kind = "clients.contacts_changed"
    client_id: UUID
