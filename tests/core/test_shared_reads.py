"""Readers who ask for the same at the same time share one read, which began after each of them had asked."""

import asyncio

from app.core.shared_reads import SharedReads


class Slow:
    """A read that waits until it is let go, and answers which one it is."""

    def __init__(self) -> None:
        self.begun = 0
        self.go = asyncio.Event()

    async def read(self) -> int:
        self.begun += 1
        number = self.begun
        await self.go.wait()
        return number


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_those_who_ask_before_a_read_begins_share_it_and_later_ones_share_the_next():
    shared, slow = SharedReads(), Slow()
    first = [asyncio.create_task(shared.read("board", slow.read)) for _ in range(3)]
    await settle()
    later = [asyncio.create_task(shared.read("board", slow.read)) for _ in range(50)]
    await settle()

    assert slow.begun == 1
    slow.go.set()

    assert await asyncio.gather(*first, *later) == [1] * 3 + [2] * 50


async def test_other_things_are_read_beside_it():
    shared, slow = SharedReads(), Slow()
    tasks = [asyncio.create_task(shared.read(thing, slow.read)) for thing in ("board", "part")]
    await settle()

    assert slow.begun == 2
    slow.go.set()
    await asyncio.gather(*tasks)


async def test_a_reader_who_goes_away_takes_the_answer_from_nobody():
    shared, slow = SharedReads(), Slow()
    gone, stays = (asyncio.create_task(shared.read("board", slow.read)) for _ in range(2))
    await settle()
    gone.cancel()
    slow.go.set()

    assert await stays == 1
    assert gone.cancelled()


async def test_a_read_that_fails_fails_for_all_and_the_next_one_is_made_anew():
    shared = SharedReads()

    async def fails() -> int:
        raise LookupError

    async def answers() -> int:
        return 7

    for failed in await asyncio.gather(
        *(shared.read("board", fails) for _ in range(2)), return_exceptions=True
    ):
        assert isinstance(failed, LookupError)
    assert await shared.read("board", answers) == 7


async def test_nothing_is_kept_of_what_was_read():
    shared, slow = SharedReads(), Slow()
    slow.go.set()

    assert [await shared.read("board", slow.read) for _ in range(2)] == [1, 2]
    assert (shared._gathering, shared._running) == ({}, {})
