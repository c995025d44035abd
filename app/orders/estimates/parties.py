"""Who is named on an estimate, as they are now."""

from uuid import UUID

from app.clients import api as clients
from app.core.i18n import text
from app.core.scope import Scope
from app.db.session import Session
from app.documents.api import Parties, Requisites
from app.identity.api import get_entered_company
from app.orders.client_orders.service import get_order


async def present_parties(session: Session, scope: Scope, order_id: UUID) -> Parties:
    """The company, the client and the address of an order.

    Raises:
        OrderNotFound: no such order in this company.
    """
    order = await get_order(session, scope, order_id)
    company = await get_entered_company(session, scope.company_id)
    client = await clients.get_client(session, scope.company_id, order.client_id)
    site = await clients.get_site(session, scope.company_id, order.site_id)
    address = site.address
    if flat := clients.flat_to_add(address, site.apartment):
        address = text(client.lang, "estimate", "with_apartment", address=address, apartment=flat)
    named = {name: getattr(company, name) for name in Requisites.__struct_fields__ if name != "logo"}
    return Parties(
        company=Requisites(**named, logo=None),
        client_name=client.full_name,
        address=address,
        order_number=order.number,
        lang=client.lang,
    )
