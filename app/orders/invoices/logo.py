"""The company's logo for its invoices."""

from litestar.di import NamedDependency
from litestar.params import SkipValidation
from obstore.store import ObjectStore

from app.core.scope import Scope
from app.db.files import FileLost, read_file
from app.http.dependencies import Transactions
from app.identity.api import get_entered_company


async def read_logo(
    transactions: NamedDependency[SkipValidation[Transactions]],
    files: NamedDependency[SkipValidation[ObjectStore]],
    caller: NamedDependency[Scope],
) -> bytes | None:
    """The present logo. None if there is none or it is being replaced. No transaction is open meanwhile."""
    async with transactions() as session:
        company = await get_entered_company(session, caller.company_id)
    if company.logo_key is None:
        return None
    try:
        return await read_file(files, company.logo_key)
    except FileLost:
        return None
