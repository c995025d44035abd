"""The console's map with a thousand people who move at every frame: how long a frame takes, beside an empty page.

The map is the built one: its module is imported into a page of the console and gets new places at each frame.
"""

from typing import Any

from playwright.async_api import Browser, Page

from app.web.built import STATIC

PEOPLE = 1_000
FRAMES = 120
SHOW = """
async ({module, style, people}) => {
  const sheet = document.createElement('link');
  Object.assign(sheet, {rel: 'stylesheet', href: style});
  document.head.append(sheet);
  const element = document.createElement('div');
  document.body.replaceChildren(element);
  Object.assign(element.style, {position: 'fixed', inset: '0'});
  const {MapAdapter} = await import(module);
  const map = new MapAdapter(element, () => {});
  const everybody = Array.from({length: people}, (_, n) => ({
    id: String(n), name: `Worker ${n}`, tone: ['busy', 'free', 'stale'][n % 3], note: '',
    lat: 55.6 + (n % 40) * 0.008, lon: 37.3 + Math.floor(n / 40) * 0.025,
  }));
  map.setWorkers(everybody);
  map.fit();
  const at = (frame) => everybody.map((one, n) => ({...one, lat: one.lat + 0.002 * Math.sin(frame / 9 + n)}));
  window.step = (frame) => map.setWorkers(at(frame));
}
"""
COUNT = """
async (frames) => {
  const times = [];
  let before = await new Promise(requestAnimationFrame);
  for (let n = 0; n < frames; n++) {
    window.step?.(n);
    const now = await new Promise(requestAnimationFrame);
    times.push(now - before);
    before = now;
  }
  return times.sort((one, other) => one - other);
}
"""


async def measure_markers(browser: Browser, address: str) -> dict[str, Any]:
    """Milliseconds a frame, with everybody moving and on an empty page."""
    assets = STATIC / "console" / "assets"
    [module], [style] = list(assets.glob("adapter-*.js")), list(assets.glob("adapter-*.css"))
    page = await browser.new_page(viewport={"width": 1280, "height": 800}, base_url=address)
    try:
        await page.goto("/console/")
        named = {"module": f"/console/assets/{module.name}", "style": f"/console/assets/{style.name}"}
        await page.evaluate(SHOW, {**named, "people": PEOPLE})
        moving = await _frames(page)
        await page.goto("about:blank")
        return {"1,000 people moving": moving, "empty page": await _frames(page)}
    finally:
        await page.close()


async def _frames(page: Page) -> dict[str, float]:
    times = await page.evaluate(COUNT, FRAMES)
    return {"ms a frame": round(times[FRAMES // 2], 1), "p95": round(times[int(FRAMES * 0.95)], 1)}
