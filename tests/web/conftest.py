"""The faces in Debian's Chromium, against the product in processes of its own.

A person opens a face already signed in: the fixture begins his session and gives the browser the cookie and the mark
that a sign-in would give it.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from app.db.session import Sessions, transaction
from app.identity.devices.service import DeviceFacts
from app.identity.sessions.service import begin_session
from app.identity.users.queries import get_known_user
from deploy.local.places import CHECKOUT
from tests.cast import Person
from tests.http.conftest import client, its_sessions, live_cast, product  # noqa: F401
from tests.running import RunningProduct
from tests.web.days import tomorrow

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
"""Without these Chromium looks for its maker's servers at every start."""
AXE = CHECKOUT / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
DESK = {"width": 1280, "height": 720}
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


@pytest.fixture(autouse=True)
def one_tomorrow() -> Iterator[None]:
    yield
    tomorrow.cache_clear()


@dataclass
class Opened:
    """A page with what must stay empty: failures of its scripts, and requests to other hosts."""

    page: Page
    context: BrowserContext
    faults: list[str] = field(default_factory=list)


OpenFace = Callable[..., Awaitable[Opened]]


@pytest.fixture
async def open_face(
    browser: Browser,
    product: RunningProduct,  # noqa: F811
    its_sessions: Sessions,  # noqa: F811
) -> AsyncIterator[OpenFace]:
    """Opens a path of a face as a person: `await open_face("/console/board", cast.olga)`. None: nobody is signed in.

    At the end of the test no page may have had a failing script, broken the content security policy, or asked
    another host.
    """
    contexts: list[BrowserContext] = []
    every: list[Opened] = []

    async def open_one(path: str, person: Person | None, **options: Any) -> Opened:
        face = "field" if path.startswith("/field") else "console"
        size = PHONE if face == "field" else DESK
        context = await browser.new_context(
            base_url=product.address, **{"locale": "ru-RU", "viewport": size, **options}
        )
        contexts.append(context)
        if person is not None:
            await give_cookie(context, face, product, its_sessions, person)
        opened = watch(await context.new_page(), context, product.address)
        every.append(opened)
        await opened.page.goto(path)
        return opened

    yield open_one
    for context in contexts:
        await context.close()
    assert [fault for opened in every for fault in opened.faults] == []


def watch(page: Page, context: BrowserContext, address: str) -> Opened:
    opened = Opened(page, context)

    def on_console(message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            opened.faults.append(f"console: {message.text}")

    def on_request(request: Any) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            opened.faults.append(f"another host: {request.url}")

    page.on("pageerror", lambda error: opened.faults.append(f"script: {error}"))
    page.on("console", on_console)
    page.on("request", on_request)
    return opened


async def give_cookie(
    context: BrowserContext,
    face: str,
    running: RunningProduct,
    maker: Sessions,
    person: Person,
) -> None:
    async with transaction(maker, person.scope.company_id) as session:
        user = await get_known_user(session, person.scope.company_id, person.id)
        tokens = await begin_session(
            session,
            user=user,
            device=DeviceFacts(None, "web", "Chromium", ""),
            secret_key=running.settings.secret_key,
            now=datetime.now(UTC),
        )
    mark = f"localStorage.setItem('brigada.{face}.session', 'begun')"
    await context.add_init_script(f"if (location.origin !== 'null') {mark}")
    await context.add_cookies(
        [
            {
                "name": f"brigada_{face}",
                "value": tokens.refresh_token,
                "domain": "127.0.0.1",
                "path": "/api/v1/auth",
                "httpOnly": True,
                "sameSite": "Strict",
            }
        ]
    )


async def serious_findings(page: Page, rules: Sequence[str] = RULES) -> list[str]:
    """What axe-core finds that keeps somebody from using the page: rule, element and why.

    `rules` are tags or names of rules: in another theme only colours can be wrong.
    """
    if not await page.evaluate("typeof axe !== 'undefined'"):
        await page.evaluate(AXE.read_text())
    found = await page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", [*rules]
    )
    return [
        f"{one['id']}: {node['html'][:160]} – {node['failureSummary'][:200]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@asynccontextmanager
async def in_theme(page: Page, theme: str) -> AsyncIterator[None]:
    """The page as it looks in this theme, without loading it again."""
    before = await page.evaluate("document.documentElement.dataset.theme")
    await page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    yield
    await page.evaluate("theme => { document.documentElement.dataset.theme = theme }", before)


async def assert_everybody_can_use(page: Page) -> None:
    """No serious finding in the light and in the dark theme."""
    for theme in ("light", "dark"):
        async with in_theme(page, theme):
            assert await serious_findings(page) == [], theme
