"""Whatever page of a face is open: its policy is kept, no script fails, and no other host is asked.

The fixture `open_face` looks at what the pages report. So each page is shown once, without loading the face again.
"""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from deploy.local.places import CHECKOUT
from tests.cast import Cast
from tests.stories import accepted_visit
from tests.web.conftest import Opened, OpenFace

ROUTES = {face: CHECKOUT / "web" / face / "routes.ts" for face in ("console", "field")}
PATH = re.compile(r"path: '(/[^']*)'")
LOADING = "[role=status][aria-label=Загружается], [aria-busy=true]"
SETTLED_S = 0.15
"""A page that has its data may load a picture, a map or a worker."""


def paths_of(routes: Path, ids: dict[str, str]) -> list[str]:
    """The addresses of all pages. `:id` becomes the id of what the first part of the path names."""
    paths = PATH.findall(routes.read_text())
    assert paths
    return [
        re.sub(r":\w+", lambda _, path=path: ids.get(path.split("/")[1], ids["visits"]), path)
        for path in paths
    ]


async def show(page: Page, face: str, path: str) -> None:
    await page.evaluate(
        "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')) }",
        f"/{face}{path}",
    )
    await page.wait_for_function("wanted => !document.querySelector(wanted)", arg=LOADING)
    await asyncio.sleep(SETTLED_S)


@pytest.fixture
async def ids(live_cast: Cast) -> dict[str, str]:
    """By the first part of a path."""
    visit = await accepted_visit(live_cast, starts_at=datetime.now(UTC) + timedelta(hours=3))
    job = (await live_cast.olga.get(f"/jobs/{visit.job_id}")).json()["job"]
    return {
        "visits": str(visit.id),
        "people": str(live_cast.pavel.id),
        "clients": job["client_id"],
        "orders": job["order_id"],
    }


@pytest.mark.parametrize("face", ROUTES)
async def test_every_page_keeps_the_policy_and_asks_nobody_else(
    open_face: OpenFace, live_cast: Cast, ids: dict[str, str], face: str
) -> None:
    opened = await open_face(f"/{face}/", live_cast.irina if face == "console" else live_cast.pavel)
    await expect(
        opened.page.get_by_role("navigation").first
    ).to_be_visible()  # or only the sign-in would be looked at

    for path in paths_of(ROUTES[face], ids):
        await show(opened.page, face, path)
        assert opened.faults == [], path


async def nothing_is_refused_before_the_sign_in(opened: Opened) -> None:
    """Who has never signed in here has no session to ask for: a refusal would stand as an error in the console."""
    refused: list[str] = []
    opened.page.on("response", lambda answer: answer.status < 400 or refused.append(answer.url))
    for face, field in (("console", "input[type=email]"), ("field", "input[type=tel]")):
        await opened.page.goto(f"/{face}/")
        await opened.page.wait_for_selector(field)
    await opened.page.goto("/console/")
    await opened.page.wait_for_selector("input[type=email]")
    assert refused == []


async def test_what_breaks_the_policy_is_noticed(open_face: OpenFace) -> None:
    """Otherwise the test above would find nothing, whatever a page does."""
    opened = await open_face("/console/", None)
    await nothing_is_refused_before_the_sign_in(opened)

    await opened.page.evaluate("""() => {
        const [script, picture] = [document.createElement('script'), document.createElement('img')];
        script.textContent = 'window.ran = true';
        picture.src = 'https://elsewhere.example/a.png';
        document.body.append(script, picture);
        document.body.insertAdjacentHTML('beforeend', '<p style="color: red">');
    }""")
    await asyncio.sleep(SETTLED_S)

    faults = "\n".join(opened.faults)
    opened.faults.clear()
    assert await opened.page.evaluate("window.ran") is None
    assert "script-src" in faults
    assert "img-src" in faults
    assert "style-src" in faults
