"""Nobody who asks often keeps the others waiting."""

import asyncio

import pytest

from app.core.turns import OTHERS_COUNT_FOR_S, TooBusy, Turns

pytestmark = pytest.mark.covers("P-rel-25")


async def ask(turns: Turns, asker: str, log: list[str], work: asyncio.Event | None = None) -> None:
    async with turns.turn(asker):
        log.append(asker)
        if work is not None:
            await work.wait()
        else:
            await asyncio.sleep(0)


def start(turns: Turns, asker: str, log: list[str], times: int, work: asyncio.Event | None = None):
    return [asyncio.create_task(ask(turns, asker, log, work)) for _ in range(times)]


async def a_moment() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_who_is_alone_may_take_nearly_everything():
    turns, log, work = Turns(10, share=3, alone=8), [], asyncio.Event()

    tasks = start(turns, "a", log, 20, work)
    await a_moment()

    assert log == ["a"] * 8
    work.set()
    await asyncio.gather(*tasks)
    assert len(log) == 20


async def test_who_comes_next_finds_a_place_at_once():
    turns, log, work = Turns(10, share=3, alone=8), [], asyncio.Event()
    flood = start(turns, "a", log, 100, work)
    await a_moment()

    others = start(turns, "b", log, 2, work)
    await a_moment()

    assert log[8:] == ["b", "b"]
    work.set()
    await asyncio.gather(*flood, *others)


async def test_while_others_ask_each_has_a_share():
    turns, log, work = Turns(10, share=3, alone=8), [], asyncio.Event()
    other = start(turns, "b", log, 1, work)
    await a_moment()

    flood = start(turns, "a", log, 100, work)
    await a_moment()

    assert log.count("a") == 3
    work.set()
    await asyncio.gather(*flood, *other)


async def test_lines_take_turns_whatever_their_length():
    turns, log, work = Turns(1, share=1, alone=1), [], asyncio.Event()
    first = start(turns, "x", log, 1, work)
    await a_moment()
    flood = start(turns, "a", log, 50)
    await a_moment()
    others = start(turns, "b", log, 3) + start(turns, "c", log, 2)
    await a_moment()

    work.set()
    await asyncio.gather(*first, *flood, *others)

    assert sorted(log[1:10]) == ["a"] * 4 + ["b"] * 3 + ["c"] * 2


async def test_who_was_here_a_moment_ago_still_counts_as_another(monkeypatch):
    turns, log = Turns(10, share=3, alone=8), []
    await ask(turns, "b", log)
    work = asyncio.Event()
    flood = start(turns, "a", log, 20, work)
    await a_moment()
    at_first = log.count("a")
    work.set()
    await asyncio.gather(*flood)

    await asyncio.sleep(OTHERS_COUNT_FOR_S)
    work.clear()
    log.clear()
    flood = start(turns, "a", log, 20, work)
    await a_moment()

    assert (at_first, log.count("a")) == (3, 8)
    work.set()
    await asyncio.gather(*flood)


async def test_too_long_a_line_is_refused_at_once_and_others_still_have_theirs():
    turns, log, work = Turns(1, share=1, waiting_max=10), [], asyncio.Event()
    flood = start(turns, "a", log, 50, work)
    await a_moment()

    refused = [task for task in flood if task.done()]
    with pytest.raises(TooBusy):
        turns.refuse_if_full("a")
    other = start(turns, "b", log, 1)
    await a_moment()

    assert len(refused) == 50 - 1 - 5
    assert {type(task.exception()) for task in refused} == {TooBusy}
    assert not other[0].done()
    work.set()
    await asyncio.gather(*other)
    await asyncio.gather(*flood, return_exceptions=True)


async def test_who_goes_away_while_he_waits_leaves_no_trace():
    turns, log, work = Turns(2, share=1, alone=2), [], asyncio.Event()
    inside = start(turns, "a", log, 2, work)
    await a_moment()
    waiting = start(turns, "b", log, 5)
    await a_moment()

    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    work.set()
    await asyncio.gather(*inside)
    await asyncio.gather(*start(turns, "c", log, 10))

    assert "b" not in log
    assert log.count("c") == 10
    assert (turns._waiting, turns._inside.total(), len(turns._lines)) == (0, 0, 0)


async def test_who_is_cancelled_at_the_moment_he_is_called_gives_his_place_on():
    turns, log, work = Turns(1, share=1), [], asyncio.Event()
    inside = start(turns, "a", log, 1, work)
    await a_moment()
    called, next_one = start(turns, "b", log, 2)
    await a_moment()

    work.set()
    await asyncio.sleep(0)  # the first is out, and `called` has been called but does not know yet
    called.cancel()
    await asyncio.gather(*inside, called, return_exceptions=True)
    await asyncio.wait_for(next_one, 1)

    assert turns._inside.total() == 0


async def test_patience_ends():
    turns, log, work = Turns(1, share=1, patience_s=0.05), [], asyncio.Event()
    inside = start(turns, "a", log, 1, work)
    await a_moment()

    with pytest.raises(TooBusy):
        await ask(turns, "b", log)

    work.set()
    await asyncio.gather(*inside)
    await ask(turns, "b", log)
