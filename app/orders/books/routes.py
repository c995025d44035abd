from litestar import Router, get
from litestar.di import NamedDependency

from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import cashiers
from app.orders.books import queries
from app.orders.books.schemas import BooksOut


@get("/books/proof", operation_id="proveBooks", guards=[cashiers])
async def prove_books(session: NamedDependency[Session], caller: NamedDependency[Scope]) -> BooksOut:
    """Compare every entry of the ledger with its payment, refund, act or estimate: do all balances add up?"""
    return BooksOut.of(await queries.prove_books(session, caller.company_id))


router = Router("/", route_handlers=[prove_books], tags=["dispatch: money"])
