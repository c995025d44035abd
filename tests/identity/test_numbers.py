import asyncio

import pytest

from app.db.session import transaction
from app.identity.api import next_number


@pytest.mark.covers("P-rel-20")
async def test_parallel_documents_get_numbers_without_gaps_or_repeats(cast, maker):
    async def number() -> int:
        async with transaction(maker, cast.company_id) as session:
            return await next_number(session, cast.company_id, "act")

    numbers = await asyncio.gather(*[number() for _ in range(50)])

    assert sorted(numbers) == list(range(1, 51))


@pytest.mark.covers("P-rel-20")
async def test_a_document_that_was_not_made_gives_its_number_back(cast, maker):
    async with transaction(maker, cast.company_id) as session:
        await next_number(session, cast.company_id, "act")
        await session.rollback()

    async with transaction(maker, cast.company_id) as session:
        assert await next_number(session, cast.company_id, "act") == 1


@pytest.mark.covers("M37")
async def test_kinds_and_companies_count_for_themselves(cast, other_cast, maker):
    async with transaction(maker, cast.company_id) as session:
        acts = [await next_number(session, cast.company_id, "act") for _ in range(2)]
        orders = await next_number(session, cast.company_id, "order")
    async with transaction(maker, other_cast.company_id) as session:
        others = await next_number(session, other_cast.company_id, "act")

    assert (acts, orders, others) == ([1, 2], 1, 1)
