"""Every page of the console, in both languages and themes: nothing fails, nothing jumps, everybody can use it.

The pages are read from `web/console/routes.ts`, so that a new one cannot be forgotten.
"""

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Error, Page, Request, Response

from deploy.local.places import CHECKOUT
from tests.cast import Cast
from tests.running import until
from tests.web.conftest import OpenFace, in_theme, serious_findings
from tests.web.given import a_little_company

CONSOLE = CHECKOUT / "web" / "console"
EXAMPLES = {
    "/requests/:id": "request",
    "/visits/:id": "visit",
    "/orders/:id": "order",
    "/production/:productionId": "production",
    "/jobs/:jobId": "job",
    "/clients/:id": "client",
    "/retention/plans/:id": "plan",
    "/retention/cases/:id": "case",
    "/people/:id": "worker",
}
"""Which id of the little company each page with one in its address gets."""
QUERIES = {
    "/tracks": "?worker={worker}",
    "/settings/job-types": "?on=new",
    "/settings/forms": "?on=new",
}
"""What makes a page show more than a list to choose from."""


def pages() -> list[str]:
    paths = listed_in("routes.ts", r"\bpath: '([^']+)'")
    reports = listed_in("reports/list.ts", r"\bname: '([^']+)',\s+group:")
    return [one for one in paths if one != "/reports/:name"] + [f"/reports/{name}" for name in reports]


def listed_in(file: str, entry: str) -> list[str]:
    """What a list of pages has. Each of them imports its own component."""
    text = (CONSOLE / file).read_text()
    found = re.findall(entry, text)
    assert len(found) == text.count("=> import("), f"{file} is written in another way now"
    return found


def address_of(path: str, ids: dict[str, str]) -> str:
    if ":" in path:
        assert path in EXAMPLES, f"{path} needs an id in EXAMPLES, so that this test opens it"
        path = re.sub(r":\w+", ids[EXAMPLES[path]], path)
    return "/console" + path + QUERIES.get(path, "").format(**ids)


SHOW_CODES = ("/settings/prices", "/settings/materials", "/retention/plans/:id")
"""Pages that show codes which the company has chosen itself."""
NAMES = {
    "Brigada",
    "Русский",
    "русский",
    "English",
    "Enter",
    "Excel",
    "PDF",
    "PNG",
    "JPEG",
    "GPS",
    "GPX",
    "GeoJSON",
    "SMS",
}
NAMES |= {"Android", "iPhone", "SHA", "Traccar", "Client", "OwnTracks", "Kannel"}
"""Words that are the same in both languages."""

WATCH_JUMPS = """() => {
  window.jumps = [];
  new PerformanceObserver((list) => window.jumps.push(...list.getEntries().map((one) => ({
    by: one.value,
    what: one.sources.map(({ node, previousRect: a, currentRect: b }) =>
      `${node?.className || node?.nodeName}: from ${a.x},${a.y} to ${b.x},${b.y}, ${b.width} × ${b.height}`),
  })))).observe({ type: 'layout-shift' });
}"""
LARGEST_JUMP = 0.1
CODE = r"undefined|\[object|\bNaN\b|\bnull\b|\{\w+\}|\b[a-z]+(?:_[a-z]+)+\b"

GO = """(address) => {
  window.jumps = [];
  history.pushState(null, '', address);
  dispatchEvent(new PopStateEvent('popstate'));
}"""
IS_SETTLED = """() => !document.querySelector('main .loading') && document.querySelector('main').innerText.trim()
  && new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"""

TEXTS = """() => {
  const said = [document.body.innerText];
  for (const one of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
    for (const name of ['aria-label', 'title', 'placeholder', 'alt']) said.push(one.getAttribute(name) ?? '');
  for (const one of document.querySelectorAll('option')) said.push(one.textContent);
  return said.join('\\n');
}"""
OVERFLOW = """() => ['html', 'main'].flatMap((name) => {
  const { scrollWidth, clientWidth } = document.querySelector(name);
  return scrollWidth > clientWidth ? [`${name} is ${scrollWidth - clientWidth} px too wide`] : [];
})"""


@dataclass
class Visitor:
    """Irina, who goes from page to page and notes what is wrong with each."""

    page: Page
    lang: str = "ru"
    answered: dict[str, set[str]] = field(default_factory=lambda: {"ru": set(), "en": set()})
    """All strings of the API's answers, by the language that was asked for."""
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    """What stood on each page in each language."""
    open_requests: set[Request] = field(default_factory=set)
    answers: list[asyncio.Task[None]] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)
        self.page.on("requestfinished", self._is_over)
        self.page.on("requestfailed", self._is_over)
        self.page.on("console", self._said)

    def _asked(self, request: Request) -> None:
        if "event-stream" not in request.headers.get("accept", "") and "/live" not in request.url:
            self.open_requests.add(request)

    def _is_over(self, request: Request) -> None:
        self.open_requests.discard(request)

    def _answered(self, response: Response) -> None:
        if "application/json" in response.headers.get("content-type", ""):
            self.answers.append(asyncio.ensure_future(self._keep(response)))
        if response.status >= 400:
            self.noted.append(f"{response.status} of {response.request.method} {response.url}")

    async def _keep(self, response: Response) -> None:
        with suppress(Error):  # the page has gone on before the body came
            self.answered[self.lang].update(strings_in(await response.json()))

    def _said(self, message: Any) -> None:
        if message.type == "warning":
            self.noted.append(f"warning: {message.text}")

    async def go(self, address: str) -> None:
        self.noted.clear()
        await self.page.evaluate(GO, address)
        await self.settled()

    async def settled(self) -> None:
        """Everything is read and drawn."""
        await self.page.wait_for_function(IS_SETTLED)
        await until(self._has_read)
        await asyncio.gather(*self.answers)
        await self.page.wait_for_function(IS_SETTLED)

    async def _has_read(self) -> bool:
        return not self.open_requests

    async def speak(self, lang: str) -> None:
        """From the beginning, so that all data are read in this language."""
        self.lang = lang
        await self.page.evaluate("lang => localStorage.setItem('brigada.lang', lang)", lang)
        await self.page.reload()
        await self.page.wait_for_selector("nav")
        await self.page.evaluate(WATCH_JUMPS)

    async def look(self, path: str) -> list[str]:
        """What is wrong with the page as it stands."""
        found = await self.page.evaluate(OVERFLOW)
        jumps = await self.page.evaluate("window.jumps")
        if sum(one["by"] for one in jumps) > LARGEST_JUMP:
            found.append(f"jumps: {jumps}")
        self.texts[path, self.lang] = await self.page.evaluate(TEXTS)
        found += await serious_findings(self.page)
        async with in_theme(self.page, "dark"):
            found += [f"dark: {one}" for one in await serious_findings(self.page, ["color-contrast"])]
        return found + self.noted

    def untranslated(self, path: str, lang: str) -> list[str]:
        """Codes, and words of the other language that are not data of the company.

        Data are what the API answers the same in both languages.
        """
        text, shows_codes = self.texts[path, lang], path in SHOW_CODES
        same = self.answered["ru"] & self.answered["en"]
        data = {said for said in same if shows_codes or not re.fullmatch("[a-z_]+", said)}
        letters = "[А-Яа-яЁё]{2,}" if lang == "en" else "[A-Za-z]{2,}"
        foreign = {*re.findall(letters, text)} - {word for said in data for word in re.findall(letters, said)}
        codes = {*re.findall(CODE, text)} - data
        return [f"not in {lang}: {one}" for one in sorted(codes | foreign - NAMES)]


def strings_in(answer: Any) -> list[str]:
    if isinstance(answer, str):
        return [answer]
    parts = answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list) else []
    return [one for part in parts for one in strings_in(part)]


async def test_every_page(open_face: OpenFace, live_cast: Cast) -> None:
    ids = await a_little_company(live_cast)
    opened = await open_face("/console/inbox", live_cast.irina)
    visitor = Visitor(opened.page)

    found: dict[str, list[str]] = {}
    for lang in ("ru", "en"):
        await visitor.speak(lang)
        for path in pages():
            await visitor.go(address_of(path, ids))
            if wrong := await visitor.look(path):
                found[f"{path} in {lang}"] = wrong
    for path, lang in visitor.texts:
        if untranslated := visitor.untranslated(path, lang):
            found.setdefault(f"{path} in {lang}", []).extend(untranslated)

    assert not found, "\n".join(f"{where}: {one}" for where, all_of_it in found.items() for one in all_of_it)
