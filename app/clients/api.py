"""The only door for other modules."""

from app.clients.cards.models import Client, Site
from app.clients.cards.policies import may_see_phones
from app.clients.cards.queries import find_clients, find_sites
from app.clients.cards.schemas import ClientOut, CreateClient, CreateSite, SiteOut
from app.clients.cards.service import (
    ClientInvalid,
    ClientNotFound,
    ContactJustFreed,
    ContactView,
    EmailBelongsToClient,
    PhoneBelongsToClient,
    PhoneIsShared,
    SiteNotFound,
    contact_of,
    create_client,
    create_site,
    find_client_by_phone,
    get_client,
    get_site,
    site_point,
)

__all__ = [
    "Client",
    "ClientInvalid",
    "ClientNotFound",
    "ClientOut",
    "ContactJustFreed",
    "ContactView",
    "CreateClient",
    "CreateSite",
    "EmailBelongsToClient",
    "PhoneBelongsToClient",
    "PhoneIsShared",
    "Site",
    "SiteNotFound",
    "SiteOut",
    "contact_of",
    "create_client",
    "create_site",
    "find_client_by_phone",
    "find_clients",
    "find_sites",
    "get_client",
    "get_site",
    "may_see_phones",
    "site_point",
]
