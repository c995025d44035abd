"""Takes the pictures of the README: `python -m demo.screenshots --url … --logins … --sms … --out docs/pictures`.

It needs a running Brigada with a demo company, and Chromium. `make screenshots` starts both.
"""

import argparse
import asyncio
import io
import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from PIL import Image
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

API = "/api/v1"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
COLOURS = 128
LARGEST = 150_000
SETTLED_MS = 2_500
"""So long a page may take to show what it reads."""
LINK = re.compile(r"https?://\S+?(/v/\w+)")


class Seen(NamedTuple):
    """A running Brigada, and what is known of it."""

    url: str
    logins: dict[str, Any]
    sms: Path
    out: Path


class Office:
    """The dispatcher asks the API what is worth a picture."""

    def __init__(self, seen: Seen) -> None:
        self._http = httpx.Client(base_url=seen.url + API, timeout=30)
        person = login_of(seen, "owner")
        tokens = self._http.post("/auth/sign-in", json=person).raise_for_status().json()
        self._http.headers["authorization"] = f"Bearer {tokens['access_token']}"

    def get(self, path: str, **query: Any) -> Any:
        return self._http.get(path, params=query).raise_for_status().json()

    def visits(self, status: str) -> list[dict[str, Any]]:
        """Those of about now that have this status."""
        since = (datetime.now(UTC) - timedelta(hours=5)).isoformat()
        return list(self.get("/visits", status=status, starts_from=since)["items"])

    def worker_phone(self, visit: dict[str, Any]) -> str:
        return str(self.get(f"/workers/{visit['worker_id']}")["phone"])

    def signed_visit(self) -> str:
        """One at the end of which somebody has signed."""
        return str(self.get("/acts")["items"][0]["visit_id"])

    def client_who_waits(self) -> str:
        """The phone of a client to whom somebody drives whose place is known."""
        heard = {one["worker_id"]: one["age_s"] for one in self.get("/tracking/positions")["items"]}
        coming = min(self.visits("en_route"), key=lambda one: heard.get(one["worker_id"], 1e9))
        client = self.get(f"/clients/{self.get('/jobs/' + coming['job_id'])['client']['id']}")
        return str(next(one["value"] for one in client["contacts"] if one["kind"] == "phone"))

    def client(self) -> str:
        """Somebody with a history."""
        lives = self.get("/crm/lives", status="returnee")["items"]
        return str(lives[0]["client_id"])


def login_of(seen: Seen, role: str) -> dict[str, str]:
    person = next(one for one in seen.logins["office"] if one["role"] == role)
    return {
        "email": person["email"],
        "password": person["password"],
        "company_id": seen.logins["company_id"],
    }


def newest_sms(seen: Seen, phone: str) -> str:
    lines = map(json.loads, seen.sms.read_text(encoding="utf-8").splitlines())
    return str([one["text"] for one in lines if one["to"] == phone][-1])


@asynccontextmanager
async def opened(
    browser: Browser, seen: Seen, size: ViewportSize, theme: str = "light"
) -> AsyncIterator[Page]:
    context = await browser.new_context(
        base_url=seen.url,
        viewport=size,
        locale="ru-RU",
        color_scheme=theme,  # type: ignore[arg-type]
    )
    yield await context.new_page()
    await context.close()


async def keep(page: Page, seen: Seen, name: str) -> None:
    """Take the picture, with fewer colours: a quarter of the bytes, and nobody sees it."""
    await page.wait_for_timeout(SETTLED_MS)
    taken = Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
    file = seen.out / f"{name}.png"
    taken.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    print(f"{file} {file.stat().st_size // 1000} kB")
    if file.stat().st_size > LARGEST:
        raise SystemExit(f"{file} is larger than {LARGEST // 1000} kB")


async def take_console(browser: Browser, seen: Seen) -> None:
    office = Office(seen)
    pages = {
        "board": "/board",
        "map": "/map",
        "inbox": "/inbox",
        "visit": f"/visits/{office.signed_visit()}",
        "client": f"/clients/{office.client()}",
        "templates": "/settings/templates?kind=on_my_way",
    }
    async with opened(browser, seen, DESK) as page:
        await sign_in(page, login_of(seen, "owner"))
        menu = [await one.get_attribute("href") for one in await page.locator("nav a").all()]
        if "/console/board" not in menu:
            del pages["board"]
        for name, path in pages.items():
            await page.goto(f"/console{path}")
            await keep(page, seen, f"console-{name}")
    async with opened(browser, seen, DESK, "dark") as page:
        await sign_in(page, login_of(seen, "owner"))
        await page.goto(f"/console{pages.get('board', pages['map'])}")
        await keep(page, seen, "console-dark")


async def sign_in(page: Page, person: dict[str, str]) -> None:
    await page.goto("/console/")
    await page.locator("input[type=email]").fill(person["email"])
    await page.locator("input[type=password]").fill(person["password"])
    await page.locator("form button.main").click()
    await page.wait_for_selector("nav")


async def take_field(browser: Browser, seen: Seen) -> None:
    """As the worker who is on site: his day, his visit, and what waits while he has no network."""
    office = Office(seen)
    visit = office.visits("on_site")[0]
    async with opened(browser, seen, PHONE) as page:
        await sign_in_on_phone(page, seen, office.worker_phone(visit))
        await keep(page, seen, "field-today")
        await page.goto(f"/field/visits/{visit['id']}")
        await keep(page, seen, "field-visit")
        await page.context.set_offline(True)
        await page.locator("main button.main, footer button.main, button.main").first.click()
        await page.wait_for_timeout(SETTLED_MS)
        await page.evaluate(
            "history.pushState(null, '', '/field/queue'); dispatchEvent(new PopStateEvent('popstate'))"
        )
        await keep(page, seen, "field-queue")


async def sign_in_on_phone(page: Page, seen: Seen, phone: str) -> None:
    await page.goto("/field/")
    await page.locator("form input").fill(phone)
    await page.locator("form button:not(.quiet)").last.click()
    await page.wait_for_timeout(SETTLED_MS)
    code = re.findall(r"\d{6}", newest_sms(seen, phone))[0]
    await page.locator("form input").last.fill(code)
    await page.locator("form button.main").click()
    await page.wait_for_selector("form", state="detached")


async def take_client(browser: Browser, seen: Seen) -> None:
    async with opened(browser, seen, PHONE) as page:
        sms = newest_sms(seen, Office(seen).client_who_waits())
        await page.goto(LINK.findall(sms)[0])
        await keep(page, seen, "client-visit")


async def take_all(seen: Seen) -> None:
    seen.out.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        await take_console(browser, seen)
        await take_field(browser, seen)
        await take_client(browser, seen)
        await browser.close()


def main() -> None:
    arguments = argparse.ArgumentParser(description="Takes pictures of the three faces.")
    arguments.add_argument("--url", required=True, help="Address of a running Brigada")
    arguments.add_argument("--logins", type=Path, required=True, help="File with the demo logins")
    arguments.add_argument("--sms", type=Path, required=True, help="File into which SMS are written")
    arguments.add_argument("--out", type=Path, required=True, help="Folder for the pictures")
    given = arguments.parse_args()
    logins = json.loads(given.logins.read_text(encoding="utf-8"))
    asyncio.run(take_all(Seen(given.url, logins, given.sms, given.out)))


if __name__ == "__main__":
    main()
