"""Whoever has opened the link of a visit: how he sees it, answers and moves it. Each opens transactions of its own."""

from datetime import datetime
from typing import Any, NamedTuple

from litestar import Request
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, SkipValidation

from app.clients.api import codes_of
from app.core.clock import Clock
from app.core.settings import Settings
from app.db.session import enter_company
from app.db.work import work_in
from app.dispatch.answering import service, times
from app.dispatch.answering.policies import Answer
from app.dispatch.answering.service import OpenedVisit
from app.dispatch.answering.way import FindRoughPlace
from app.dispatch.confirmation.links import Links
from app.documents.api import GUESSES, Guesses, chosen_lang, chosen_query, looking_up
from app.http.dependencies import Transactions


class Visitor(NamedTuple):
    """Nothing is known of him but the code that he has, and when he came."""

    code: str
    now: datetime
    transactions: Transactions
    guesses: Guesses
    links: Links
    find_rough_place: FindRoughPlace
    chosen: str | None
    """The language he has chosen on a page."""

    async def open(self) -> OpenedVisit:
        """The visit behind his link.

        Raises:
            VisitLinkNotFound: there is none. An address that has missed too often is not answered.
        """
        async with looking_up(self.guesses, now=self.now), self.transactions() as session:
            opened = await service.open_link(
                session, self.links, self.find_rough_place, self.code, now=self.now
            )
        return opened.said_in(self.chosen) if self.chosen else opened

    async def take(self, opened: OpenedVisit, answer: Answer) -> str | None:
        """Keep his answer. Returns the code of why nothing was done; None: it counts."""
        async with self.transactions() as session:
            await enter_company(session, opened.company_id)
            return await service.take_answer(
                session, opened.company_id, opened.link.visit_id, answer, now=self.now
            )

    async def cancel(self, opened: OpenedVisit, answer: Answer) -> None:
        """Cancel the visit.

        Raises:
            AnswerNotTaken: see `service.cancel_by_client`.
        """
        async with self.transactions() as session:
            await enter_company(session, opened.company_id)
            await service.cancel_by_client(
                session, opened.company_id, opened.link.visit_id, answer, now=self.now
            )

    async def move(self, opened: OpenedVisit, answer: Answer, window_starts_at: datetime) -> None:
        """Move the visit to a time he has chosen, with the refusals of `service.move_by_client`."""
        await service.move_by_client(self.transactions, opened, answer, window_starts_at, now=self.now)

    async def link_to_choices(self, opened: OpenedVisit) -> str | None:
        """The path of the page on which he chooses what he hears at the number he is written to. None: he may not."""
        visit = opened.visit
        if visit.phone is None or not opened.has_choices:
            return None
        async with self.transactions() as session:
            await enter_company(session, opened.company_id)
            for _ in ("give him one", "read the one that counts"):
                async with work_in(session, opened.company_id) as work:
                    codes = await codes_of(work, [(visit.client_id, visit.phone)])
        return f"/s/{codes[visit.client_id, visit.phone]}{chosen_query(self.chosen)}"

    async def find_times(self, opened: OpenedVisit) -> list[datetime]:
        """When he could have the visit instead."""
        async with self.transactions() as session:
            await enter_company(session, opened.company_id)
            visit = await service.get_visit_state(session, opened)
            return await times.find_times(session, opened.company_id, visit, opened.around, now=self.now)


def provide_visitor(
    request: Request[Any, Any, Any],
    code: FromPath[str],
    transactions: NamedDependency[SkipValidation[Transactions]],
    guesses: NamedDependency[SkipValidation[Guesses]],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
) -> Visitor:
    find = request.app.state.find_rough_place
    return Visitor(code, clock.now(), transactions, guesses, Links.of(settings), find, chosen_lang(request))


VISITOR = {"visitor": Provide(provide_visitor, sync_to_thread=False), **GUESSES}
"""`dependencies` of the pages behind links of visits."""
