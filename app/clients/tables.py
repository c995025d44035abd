"""Tables that queries of modules above may read, so that a command can read all its facts in one statement.

Modules above never write these tables. They change clients through api.py.
"""

from app.clients.cards.policies import read_search
from app.clients.cards.queries import card_columns, matches, phones_of_client
from app.clients.client_history.queries import HISTORY
from app.clients.consents.models import ClientPreference
from app.clients.consents.queries import agrees, has_stopped, spoke_of_consent_at
from app.clients.inbound.models import InboundMessage
from app.clients.records.models import Client, ClientContact, Site
from app.clients.records.queries import IS_CLIENT, is_card_of, of_client

__all__ = [
    "HISTORY",
    "IS_CLIENT",
    "Client",
    "ClientContact",
    "ClientPreference",
    "InboundMessage",
    "Site",
    "agrees",
    "card_columns",
    "has_stopped",
    "is_card_of",
    "matches",
    "of_client",
    "phones_of_client",
    "read_search",
    "spoke_of_consent_at",
]
