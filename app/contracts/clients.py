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


class ContactsConfirmed(Event, frozen=True, kw_only=True):
    """Somebody made sure that phones or e-mails still lead to the client."""

    kind = "clients.contacts_confirmed"
    client_id: UUID


class CounterpartyChanged(Event, frozen=True, kw_only=True):
    """A card is of other kinds of counterparty than before: buyer, supplier, consumer of services."""

    kind = "clients.counterparty_changed"
    client_id: UUID


class ConsentChanged(Event, frozen=True, kw_only=True):
    """A client has agreed to be written to, or no longer agrees. What holds now is read by `may_write`."""

    kind = "clients.consent_changed"
    client_id: UUID
    decision: str
    """granted or withdrawn."""
    purposes: list[str]
    """Of marketing, feedback, mass_call, personal_data."""
    how: str
    """How he said so, such as sms, spoken, form; or contact_removed, merged, suppressed."""


class ClientsMerged(Event, frozen=True, kw_only=True):
    """Two cards were of one client. What names the merged card is of the survivor from now on."""

    kind = "clients.clients_merged"
    merge_id: UUID
    survivor_id: UUID
    merged_id: UUID


class MergeUndone(Event, frozen=True, kw_only=True):
    """Two cards that were merged are of two clients after all."""

    kind = "clients.merge_undone"
    merge_id: UUID
    survivor_id: UUID
    merged_id: UUID
