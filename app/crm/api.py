"""The only door for other modules."""

from app.crm.clients.models import Client, Site
from app.crm.clients.policies import may_see_phones
from app.crm.clients.queries import find_clients, find_sites
from app.crm.clients.schemas import ClientOut, CreateClient, CreateSite, SiteOut
from app.crm.clients.service import (
    ClientNotFound,
    ContactView,
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
    "ClientNotFound",
    "ClientOut",
    "ContactView",
    "CreateClient",
    "CreateSite",
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
