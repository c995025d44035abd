"""WeasyPrint runs in processes of its own: laying out a document takes 0.1 to 2 s of CPU, and the event loop
would stand still. The first document of a process waits for WeasyPrint's import (1.5 s and more).
"""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from typing import Any

import msgspec

PROCESSES = 1
"""For each of our processes that prints. One lays out about five documents a second and takes 100 MB."""
SHEETS_PER_PRESS = 200
"""WeasyPrint leaks about 0.25 MB with every document, so a new process is started after this many."""


class Enclosure(msgspec.Struct, kw_only=True, frozen=True):
    """A file carried inside the PDF."""

    name: str
    description: str
    content: bytes
    created_at: datetime
    """Given, so that the same document printed again has the same bytes."""


class _Press:
    """The pool of this process, started when the first document comes."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._printed = 0

    def pool(self) -> ProcessPoolExecutor:
        if self._printed >= SHEETS_PER_PRESS:
            self.scrap()
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                PROCESSES, mp_context=multiprocessing.get_context("spawn"), initializer=_warm_up
            )
        self._printed += 1
        return self._pool

    def scrap(self) -> None:
        """Let the processes finish their documents and end. The next document starts new ones."""
        if self._pool is not None:
            self._pool.shutdown(wait=False)
        self._pool = None
        self._printed = 0


_press = _Press()


async def print_pdf(html: str, *, enclosures: Sequence[Enclosure] = (), archival: bool = False) -> bytes:
    """Lay out a page with everything it needs inside it: nothing is fetched from anywhere.

    Same input, same bytes. `archival` makes it PDF/A-3b, which may carry enclosures.
    """
    loop = asyncio.get_running_loop()
    try:
        return await loop.run_in_executor(_press.pool(), _lay_out, html, tuple(enclosures), archival)
    except BrokenProcessPool:  # a process was killed, most likely for want of memory
        _press.scrap()
        return await loop.run_in_executor(_press.pool(), _lay_out, html, tuple(enclosures), archival)


def _warm_up() -> None:
    """In the new process: leave Ctrl-C to the parent, end with it, load what is slow to load."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import weasyprint  # noqa: F401, PLC0415  # only the processes of the press need it


def _end_with_parent() -> None:
    """A parent that is killed with -9 cannot stop its pool, which would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _lay_out(html: str, enclosures: Sequence[Enclosure], archival: bool) -> bytes:
    import weasyprint  # noqa: PLC0415  # see _warm_up

    attachments = [
        weasyprint.Attachment(
            string=enclosure.content,
            name=enclosure.name,
            description=enclosure.description,
            created=enclosure.created_at,
            modified=enclosure.created_at,
            relationship="Source",
        )
        for enclosure in enclosures
    ]
    options: dict[str, Any] = {"pdf_variant": "pdf/a-3b"} if archival else {}  # weasyprint is not typed
    fetch_nothing = weasyprint.urls.URLFetcher(allowed_protocols=("data",), fail_on_errors=True)
    document = weasyprint.HTML(string=html, url_fetcher=fetch_nothing)
    pdf: bytes = document.write_pdf(attachments=attachments, **options)
    return pdf
