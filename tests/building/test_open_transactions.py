"""Nothing slow may happen while a transaction is open. `tests.open_transactions` checks this in every test.
Here we test that it finds offences."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar, get
from litestar.di import NamedDependency, Provide
from sqlalchemy import text

from app.db.files import delete_file, put_file, read_file
from app.db.session import Session, transaction
from app.db.work import begin_work
from app.documents.printing.press import print_pdf
from app.identity.passwords import _verify, hash_password, is_right
from app.identity.users.policies import weakness
from app.notifications.channels.sms.file import FileProvider
from tests.open_transactions import gateways, offences


async def _send(app: Any) -> None:
    provider = FileProvider(app.state.settings.sms_file)
    await provider.send(ref=f"{uuid4()}/{uuid4()}", to="+79990000000", text="", sender="")


async def _judge(_: Any) -> None:
    weakness("correct horse battery", known=[])


async def _hash_on_the_loop(_: Any) -> None:
    _verify("correct horse battery", None)


SLOW = {
    "file written": lambda app: put_file(app.state.files, "a/b", b"x"),
    "file removed": lambda app: delete_file(app.state.files, "a/b"),
    "password hashed": lambda _: hash_password("correct horse battery"),
    "password compared": lambda _: is_right("correct horse battery", None),
    "hashed on the loop": _hash_on_the_loop,
    "password judged": _judge,
    "page laid out": lambda _: print_pdf("<p>"),
    "message handed over": _send,
}


def seen() -> list[str]:
    found, offences[:] = offences[:], []
    return found


@pytest.mark.parametrize("slow", SLOW)
async def test_what_is_slow_is_seen_while_a_transaction_is_open(app, maker, slow):
    async with transaction(maker, uuid4()) as session:
        await session.execute(text("SELECT 1"))
        await SLOW[slow](app)
    inside = seen()

    await SLOW[slow](app)

    assert inside
    assert seen() == []


async def test_it_is_seen_in_a_transaction_of_the_writing_layer(maker, app):
    async with begin_work(maker, uuid4()) as work:
        await work._begin()
        await put_file(app.state.files, "a/c", b"x")

    assert seen()[0].startswith("the file store with a transaction open, at db/files.py:")


async def test_it_is_seen_in_a_request_whatever_task_opened_its_session(maker, app):
    files = app.state.files
    await put_file(files, "a/d", b"x")

    async def provide_session():
        async with transaction(maker, uuid4()) as session:
            yield session

    async def provide_other() -> int:
        await asyncio.sleep(0)
        return 1

    @get("/")
    async def read(session: NamedDependency[Session], other: NamedDependency[int]) -> int:
        await session.execute(text("SELECT 1"))
        return len(await read_file(files, "a/d")) + other

    small = Litestar(
        [read], dependencies={"session": Provide(provide_session), "other": Provide(provide_other)}
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(small), base_url="http://test") as client:
        answer = await client.get("/")

    assert answer.json() == 2
    assert seen()


async def test_somebody_elses_transaction_is_no_matter(app, maker, anonymous):
    async with transaction(maker, uuid4()) as session:
        await session.execute(text("SELECT 1"))
        await asyncio.create_task(put_file(app.state.files, "a/e", b"x"))
        await anonymous.post(
            "/api/v1/auth/sign-in", json={"email": "nobody@okna.example", "password": "x" * 12}
        )

    assert seen() == []


def test_every_gateway_is_watched():
    assert {one.__name__ for one in gateways()} == {
        "EmailFile",
        "FileProvider",
        "KannelProvider",
        "SmtpProvider",
    }
