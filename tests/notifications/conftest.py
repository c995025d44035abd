"""A real Kannel, which starts when the first test needs it, and an address for its reports."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import uvicorn
from litestar import Litestar

from deploy.local.servers import Kannel
from deploy.local.servers.process import free_port
from tests.conftest import Background
from tests.notifications.bad_line import BadLine

NOBODY_LISTENS = "http://127.0.0.1:1"


@pytest.fixture(scope="session")
def kannel_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = os.environ.get("TEST_SERVER_DIR")
    return Path(folder) / f"kannel-{os.getpid()}" if folder else tmp_path_factory.mktemp("kannel")


@pytest.fixture(scope="session")
def kannel(kannel_home: Path) -> Iterator[Kannel]:
    gateway = Kannel(kannel_home)
    gateway.start()
    yield gateway
    gateway.stop()


@pytest.fixture
async def address(app: Litestar) -> AsyncIterator[str]:
    """The application on a real port, for whoever cannot call it in memory."""
    port = free_port()
    config = uvicorn.Config(app, port=port, lifespan="off", ws="none", log_config=None)  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # uvicorn has only this flag
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await task


@pytest.fixture
async def bad_line(kannel: Kannel) -> AsyncIterator[BadLine]:
    line = BadLine(kannel.sendsms_port)
    await line.open()
    yield line
    await line.close()


BackgroundVia = Callable[..., Background]


@pytest.fixture
def background_via(background: Background, app: Litestar, kannel: Kannel) -> BackgroundVia:
    """`background_via(public_url=…, kannel_url=…)` makes a background process that sends through Kannel.

    Without `public_url` delivery reports get lost.
    """

    def make(**changes: Any) -> Background:
        gateway = {
            "sms_provider": "kannel",
            "kannel_url": kannel.sendsms_url,
            "kannel_username": kannel.username,
            "kannel_password": kannel.password,
            "public_url": NOBODY_LISTENS,
        }
        told = msgspec.structs.replace(background.context.settings, **gateway | changes)
        context = msgspec.structs.replace(background.context, settings=told)
        return Background(context, background.company_id, app.state.redis, background.due)

    return make
