"""The PDFs of signed acts, made before anybody asks for them."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from app.core.i18n import LANGS
from app.db.jobs import JobContext, pause_before
from app.db.session import Session, transaction
from app.db.sweeps import QueueJob
from app.documents.acts import queries
from app.documents.acts.pdfs import read_or_make_pdf

log = structlog.get_logger(__name__)

RENDER_ACT = "render_act"
QUEUE_AGAIN_AFTER = timedelta(minutes=1)
"""A job that has not finished after this time is queued again."""
TRIES_MAX = 10


async def queue_unprinted_acts(session: Session, company_id: UUID, now: datetime, queue_job: QueueJob) -> int:
    """Sweep: queue jobs for the PDFs of signed acts, and again later for those that are not finished.

    After `TRIES_MAX` the act shows `failed`; whoever asks for the PDF is told why.
    """
    acts = await queries.take_acts_to_render(session, company_id, now=now, limit=20)
    for act in acts:
        if act.render_tries >= TRIES_MAX:
            await queries.set_render_at(session, company_id, act.id, None)
            log.error("act_not_rendered", act_id=str(act.id), tries=act.render_tries)
            continue
        again_at = now + QUEUE_AGAIN_AFTER + pause_before(act.render_tries + 1)
        await queries.set_render_at(session, company_id, act.id, again_at)
        await queue_job(RENDER_ACT, company_id, act.id)
    return len(acts)


async def render_act(context: JobContext, company_id: UUID, act_id: UUID) -> None:
    """Job: make the PDF in both languages. One that exists is read and checked, and stays. A try is counted
    when the job starts, not when it was asked for."""
    async with transaction(context.sessions, company_id) as session:
        act = await queries.begin_rendering(session, company_id, act_id)
    if act is None:
        return
    for lang in LANGS:
        await read_or_make_pdf(
            lambda: transaction(context.sessions, company_id),
            context.files,
            act,
            lang,
            public_url=context.settings.public_url,
            now=context.clock.now(),
        )
    async with transaction(context.sessions, company_id) as session:
        await queries.set_render_at(session, company_id, act_id, None)
