"""The schedule board with 2,000 visits of 60 people: how long it takes to appear, to show one change, to scroll.

The API's answers are made up, so what is measured is the page alone. An empty page is measured in the same run: it says
how fast the machine draws at all.
"""

import json
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from playwright.async_api import Browser, Page, Route, ViewportSize

from benchmarks.web.made_up_board import DAYS, ZONE, made_up_board

ROUNDS = 5
FRAMES = 60
CHANGES = 15
SIZE: ViewportSize = {"width": 1500, "height": 850}
ME: dict[str, Any] = {
    "id": "00000000-0000-0000-0000-000000000001",
    "name": "Ольга",
    "email": "olga@okna.example",
    "phone": None,
    "roles": ["dispatcher"],
    "lang": "ru",
    "worker_id": None,
    "device_id": "00000000-0000-0000-0000-000000000002",
    "company": {"id": "00000000-0000-0000-0000-000000000003", "name": "Окна Плюс", "timezone": str(ZONE)},
}
TOKENS = {"access_token": "made-up", "token_type": "bearer", "expires_in_s": 3_600, "refresh_token": ""}

MOUNTED = """() => new Promise(resolve => {
  const look = () => document.querySelector('[data-visit]') && !document.querySelector('.loading')
    ? requestAnimationFrame(() => resolve(performance.now() - window.boardCameAt)) : requestAnimationFrame(look);
  look();
})"""
"""From the arrival of the board's answer to the frame in which its visits are seen."""

CHANGED = """id => new Promise(resolve => {
  const before = document.querySelector(`[data-visit="${id}"]`).style.transform;
  const look = () => document.querySelector(`[data-visit="${id}"]`)?.style.transform !== before
    ? resolve(performance.now() - window.changeCameAt) : requestAnimationFrame(look);
  const heard = { id: crypto.randomUUID(), kind: 'dispatch.visit_moved', happened_at: '', payload: { visit_id: id } };
  new BroadcastChannel('brigada.live.%s').postMessage({ heard });
  look();
})""".replace("%s", ME["id"])
"""From the arrival of the changed visit's answer to the frame in which it stands elsewhere."""

SCROLLED = """frames => new Promise(resolve => {
  const scroller = document.querySelector('[role=grid]') ?? document.scrollingElement;
  const times = [];
  let last = performance.now();
  const step = () => {
    const now = performance.now();
    times.push(now - last);
    last = now;
    if (times.length > frames) return resolve(times.slice(1));
    scroller.scrollTop += 40;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""

WATCHED = """(() => {
  const whenCame = new Map([['/api/v1/board', 'boardCameAt'], ['/api/v1/board/visits', 'changeCameAt']]);
  for (const method of ['json', 'text']) {
    const read = Response.prototype[method];
    Response.prototype[method] = async function () {
      const content = await read.call(this);
      const name = whenCame.get(new URL(this.url).pathname);
      if (name) window[name] = performance.now();
      return content;
    };
  }
})()"""
"""Notes when an answer has been read: what follows is the work of the page."""


async def measure_board(browser: Browser, address: str) -> dict[str, float]:
    """Milliseconds: medians of several rounds, beside the frames of an empty page."""
    mounts, changes, frames, empty = [], [], [], []
    for _ in range(ROUNDS):
        empty += await _frames_of_empty_page(browser)
        context = await browser.new_context(base_url=address, viewport=SIZE, locale="ru-RU")
        page = await context.new_page()
        await page.add_init_script(WATCHED)
        await page.add_init_script("localStorage.setItem('brigada.console.session', 'begun')")
        await _answer(page)
        await page.goto(f"/console/board?days={DAYS}")
        mounts.append(await page.evaluate(MOUNTED))
        changes += await _changes(page)
        frames += await page.evaluate(SCROLLED, FRAMES)
        await context.close()
    return {
        "mount_ms": median(mounts),
        "change_ms": median(changes),
        "frame_ms": median(frames),
        "empty_frame_ms": median(empty),
    }


async def _changes(page: Page) -> list[float]:
    ids = await page.evaluate(
        "count => [...document.querySelectorAll('[data-visit]')].slice(0, count).map(one => one.dataset.visit)",
        CHANGES,
    )
    return [await page.evaluate(CHANGED, one) for one in ids]


async def _frames_of_empty_page(browser: Browser) -> list[float]:
    page = await browser.new_page(viewport=SIZE)
    await page.set_content("<div style='height: 20000px'></div>")
    frames: list[float] = await page.evaluate(SCROLLED, FRAMES)
    await page.close()
    return frames


async def _answer(page: Page) -> None:
    """Stands in for the API."""
    board = made_up_board(datetime.now(ZONE).date())
    visits = {one["id"]: one for one in board["visits"]}
    text = json.dumps(board)

    async def answer(route: Route) -> None:
        path, _, query = route.request.url.partition("?")
        if path.endswith("/auth/refresh"):
            await route.fulfill(json=TOKENS)
        elif path.endswith("/me"):
            await route.fulfill(json=ME)
        elif path.endswith("/board"):
            await route.fulfill(body=text, content_type="application/json")
        elif path.endswith("/board/visits"):
            await route.fulfill(json=_moved(visits, query))
        else:
            await route.fulfill(status=404, json={})

    await page.route("**/api/v1/**", answer)


def _moved(visits: dict[str, dict[str, Any]], query: str) -> dict[str, Any]:
    """The visits that are asked for, a quarter of an hour later than before."""
    found = []
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name == "visit_id":
            visit = visits[value]
            for field in ("starts_at", "ends_at"):
                visit[field] = (datetime.fromisoformat(visit[field]) + timedelta(minutes=15)).isoformat()
            found.append({**visit})
    return {"now": "", "as_of": "", "visits": found, "jobs": [], "workers": [], "shifts": [], "absences": []}
