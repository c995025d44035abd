"""Events about clients."""

from uuid import UUID

from app.contracts.event import Event


class ContactsChanged(Event, frozen=True, kw_only=True):
    """A client has other phones or e-mails than before."""

    kind = "clients.contacts_changed"
    client_id: UUID
