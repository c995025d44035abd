"""How soon the installer's app can be used on a cheap phone: CPU six times slower, slow 3G, medians of five.

Cold: nothing of the app is on the phone, so the sign-in is what is waited for. Warm and offline: its files and a day of
visits are on the phone, and the first visit is waited for.

    python -m benchmarks.web.field http://127.0.0.1:8000
"""

import asyncio
import sys
import time
from statistics import median
from typing import Any

from playwright.async_api import Browser, BrowserContext, CDPSession, ViewportSize, async_playwright

RUNS = 5
CPU_SLOWER = 6
SLOW_3G: dict[str, Any] = {"latency": 2_000, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""Bytes a second: 400 kbit/s. Milliseconds."""
PHONE: ViewportSize = {"width": 360, "height": 740}
PATIENCE_MS = 60_000
VISITS = 12
CHROMIUM = "/usr/bin/chromium"

KEEP_A_DAY = """async count => {
  const db = await new Promise((done, fail) => {
    const asked = indexedDB.open('brigada.field');
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  const id = number => `01990000-0000-7000-8000-${String(number).padStart(12, '0')}`;
  const company = { id: id(1), name: 'Окна', lang: 'ru', timezone: 'Europe/Moscow' };
  const me = { id: id(2), name: 'Павел Громов', email: null, phone: null, roles: ['measurer'], lang: 'ru', worker_id: id(2),
               device_id: id(3), company };
  const turn = db.transaction(['meta', 'items'], 'readwrite');
  turn.objectStore('meta').put(me, 'me');
  turn.objectStore('meta').put(Date.now(), 'pulled_at');
  for (let number = 0; number < count; number++) {
    const starts = new Date(Date.now() + number * 3_600_000).toISOString();
    const ends = new Date(Date.now() + (number + 1) * 3_600_000).toISOString();
    const item = {
      id: id(100 + number), job_id: id(200 + number), job_number: number, kind: 'measurement', title: 'Замер', priority: 'normal',
      status: 'accepted', status_reason: null, starts_at: starts, ends_at: ends, window_starts_at: starts, window_ends_at: ends,
      accept_by: null, crew_id: null, is_new_client: false, client_answer: null,
      client: { name: 'Анна Котова', phone: '+79030000001', is_masked: false },
      site: { address: `Москва, Тверская улица, ${number}`, entrance: '1', floor: '5', apartment: '31', intercom: '', access_notes: '',
              point: { lat: 55.75, lon: 37.61 }, timezone: null },
      next_commands: ['depart'], instructions: '', departed_at: null, arrived_at: null, started_at: null, finished_at: null, forms: [],
      proofs: [], measurement: null, attachments: [], payments: [], arrival_proposal: null, presence: [],
    };
    turn.objectStore('items').put({ kind: 'visits', id: item.id, item });
  }
  await new Promise((done, fail) => { turn.oncomplete = done; turn.onerror = () => fail(turn.error); });
  db.close();
}"""  # noqa: E501  # a script


SIGNED_IN = "localStorage.setItem('brigada.field.session', 'begun')"
"""Whoever is noted to be signed in sees his day before the server has answered."""


async def measure_field(browser: Browser, address: str) -> dict[str, Any]:
    """Seconds until the app can be used, by how it is opened: each run and the median."""
    found = {"cold": [await _cold(browser, address) for _ in range(RUNS)]}
    context = await _with_a_day(browser, address)
    found["warm"] = [await _opened(context, address, SLOW_3G | {"offline": False}) for _ in range(RUNS)]
    found["offline"] = [await _opened(context, address, SLOW_3G | {"offline": True}) for _ in range(RUNS)]
    await context.close()
    return {f"{how}_s": {"median": round(median(runs), 2), "runs": runs} for how, runs in found.items()}


async def _cold(browser: Browser, address: str) -> float:
    context = await browser.new_context(viewport=PHONE, locale="ru-RU")
    try:
        return await _opened(context, address, SLOW_3G | {"offline": False}, sees="input[type=tel]")
    finally:
        await context.close()


async def _with_a_day(browser: Browser, address: str) -> BrowserContext:
    """A phone that has the app and a day of visits."""
    context = await browser.new_context(viewport=PHONE, locale="ru-RU")
    page = await context.new_page()
    await page.goto(f"{address}/field/")
    await page.wait_for_selector("input[type=tel]")
    await page.evaluate("navigator.serviceWorker.ready")
    await page.evaluate(KEEP_A_DAY, VISITS)
    await page.close()
    await context.add_init_script(SIGNED_IN)
    return context


async def _opened(
    context: BrowserContext, address: str, network: dict[str, Any], *, sees: str = "main a.card"
) -> float:
    """Seconds until this can be tapped."""
    page = await context.new_page()
    phone: CDPSession = await context.new_cdp_session(page)
    await phone.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWER})
    await phone.send("Network.enable")
    await phone.send("Network.emulateNetworkConditions", network)
    started = time.monotonic()
    await page.goto(f"{address}/field/", wait_until="commit", timeout=PATIENCE_MS)
    await page.wait_for_selector(sees, timeout=PATIENCE_MS)
    took = time.monotonic() - started
    await page.close()
    return round(took, 2)


async def _main(address: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        print(await measure_field(browser, address))
        await browser.close()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
