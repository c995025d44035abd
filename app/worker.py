"""The background process: keeps deadlines, delivers events, runs jobs, removes old rows.

Start it with `python -m app.worker`.
"""

import asyncio
import signal
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import structlog
import uvloop
from arq import Worker, create_pool
from arq.connections import ArqRedis, RedisSettings
from arq.worker import Function, func
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from app.clients.api import ConsentGate
from app.core.clock import Clock
from app.core.garbage import leave_out_what_stays
from app.core.logs import configure_logs
from app.core.settings import Settings, settings_from
from app.crm.api import InvitationGate, PlansStillWant, PromotionGate
from app.db.background import Waker, listen_for_wakes
from app.db.files import open_files
from app.db.jobs import JOB_TIMEOUT_S, Job, JobContext
from app.db.relay import Relay, StoredEvent
from app.db.retention import remove_old_rows_forever
from app.db.seal_heads import head_key
from app.db.seals import seal_forever
from app.db.session import create_engine, sessions
from app.db.sweeps import AnySweep
from app.dispatch.api import Links, Teller, VisitsAreAsTold
from app.http.health import HEARTBEAT_KEY
from app.http.live import channel_of, live_news
from app.notifications.api import Sender, channels_from
from app.tracking.api import tend_pings_forever
from app.wiring import EVENTS, JOBS, KEPT, LISTENERS_BY_KIND, SEALED, SWEEPS

log = structlog.get_logger(__name__)

HEARTBEAT_S = 3
REDIS_WITHIN_S = 5
PUBLISH_WITHIN_S = 2
"""If Redis hangs, the relay gives up after this and goes on with the outbox."""
JOBS_AT_ONCE = 20
DEADLINES_POOL = 12
"""Database connections for sweeps only, so that no deadline waits for a job: one for each company that is
swept at the same time, and one to look for due work."""
FINISH_WITHIN_S = 10
"""When the process is stopped, running sweeps have this long to finish. Most calls of a gateway are shorter."""


class JobQueue:
    """A `QueueJob` that queues jobs in arq for any background process. A job that already waits is not queued again."""

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis

    async def __call__(self, job: str, company_id: UUID, *ids: Any) -> None:
        args = [str(company_id), *(str(one) for one in ids)]
        await self._redis.enqueue_job(job, *args, _job_id=":".join([job, *args]))


def make_relay(redis: ArqRedis) -> Relay:
    async def publish(company_id: UUID, events: Sequence[StoredEvent]) -> None:
        try:
            async with asyncio.timeout(PUBLISH_WITHIN_S):
                await redis.publish(channel_of(company_id), live_news(events))
        except (
            RedisError,
            OSError,
        ) as error:  # live streams then read the outbox; delivering events matters more
            log.warning("live_publish_failed", error=str(error))

    return Relay(events=EVENTS, listeners=LISTENERS_BY_KIND, publish=publish)


def make_sender(settings: Settings) -> Sender:
    return Sender(
        channels_from(settings),
        default_sender=settings.sms_sender,
        gatekeeper=PromotionGate(InvitationGate(ConsentGate(settings.public_url))),
        still_true=[VisitsAreAsTold(), PlansStillWant()],
    )


def make_teller(settings: Settings) -> Teller:
    return Teller(Links.of(settings))


def all_sweeps(relay: Relay, sender: Sender, teller: Teller) -> list[AnySweep]:
    return [teller.sweep(), *SWEEPS, *relay.sweeps(), sender.sweep()]


def arq_functions(context: JobContext, jobs: dict[str, Job]) -> list[Function]:
    """Wrap our jobs as functions of arq. arq queues no job whose result it still keeps, so it keeps none."""
    return [
        func(_as_arq(context, job), name=name, keep_result=0, timeout=JOB_TIMEOUT_S, max_tries=1)
        for name, job in jobs.items()
    ]


def _as_arq(context: JobContext, job: Job) -> Any:  # arq types its coroutines by a private protocol
    async def run(ctx: dict[Any, Any], company_id: str, *ids: str) -> None:
        structlog.contextvars.bind_contextvars(company_id=company_id, job_id=ctx["job_id"])
        await job(context, UUID(company_id), *(_id(one) for one in ids))

    return run


def _id(text: str) -> UUID | str:
    try:
        return UUID(text)
    except ValueError:
        return text


async def run(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT. While Redis is down, deadlines are kept and SMS are sent; jobs wait."""
    stop = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    engine = create_engine(settings.app_database_url, pool_size=settings.database_pool)
    context = JobContext(
        sessions=sessions(engine, secret_key=settings.secret_key),
        settings=settings,
        clock=Clock(),
        files=open_files(settings.files_url),
    )
    redis = ArqRedis(
        ConnectionPool.from_url(settings.redis_url, socket_connect_timeout=1, socket_timeout=REDIS_WITHIN_S),
        job_serializer=msgspec.msgpack.encode,
    )
    deadlines = create_engine(settings.app_database_url, pool_size=DEADLINES_POOL)
    waker = Waker(
        sessions=sessions(deadlines, secret_key=settings.secret_key),
        sweeps=all_sweeps(make_relay(redis), make_sender(settings), make_teller(settings)),
        queue_job=JobQueue(redis),
        clock=context.clock,
    )
    tasks = [
        asyncio.create_task(one)
        for one in (
            waker.run_forever(),
            listen_for_wakes(settings.app_database_url, waker),
            remove_old_rows_forever(context.sessions, KEPT, context.clock),
            seal_forever(
                context.sessions, context.files, SEALED, context.clock, head_key(settings.audit_key)
            ),
            tend_pings_forever(context.sessions, context.clock),
            _beat(redis),
            _run_jobs(settings, arq_functions(context, JOBS)),
        )
    ]
    leave_out_what_stays()
    log.info("background_started")
    await asyncio.wait([asyncio.create_task(stop.wait()), *tasks], return_when=asyncio.FIRST_COMPLETED)
    broken = [task for task in tasks if task.done()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await waker.close(within_s=FINISH_WITHIN_S)
    await redis.aclose(close_connection_pool=True)
    await engine.dispose()
    await deadlines.dispose()
    for task in broken:  # a task that ended by itself has failed: raise its error
        task.result()


def _redis_settings(settings: Settings) -> RedisSettings:
    return RedisSettings.from_dsn(settings.redis_url)


async def _redis_when_it_answers(settings: Settings) -> ArqRedis:
    while True:
        try:
            return await create_pool(_redis_settings(settings), job_serializer=msgspec.msgpack.encode)
        except (RedisError, OSError) as error:
            log.warning("redis_unavailable", error=str(error))
            await asyncio.sleep(1)


async def _beat(redis: ArqRedis) -> None:
    """Write the heartbeat that /health/ready reads."""
    while True:
        try:
            await redis.set(HEARTBEAT_KEY, Clock().now().timestamp(), ex=60)
        except (RedisError, OSError):
            log.warning("heartbeat_failed")
        await asyncio.sleep(HEARTBEAT_S)


async def _run_jobs(settings: Settings, functions: list[Function]) -> None:
    """Run arq's worker. It stops when Redis goes down; a new one is started when Redis is back."""
    while True:
        pool = await _redis_when_it_answers(settings)
        worker = Worker(
            functions=functions,
            redis_pool=pool,
            job_deserializer=msgspec.msgpack.decode,
            job_serializer=msgspec.msgpack.encode,
            handle_signals=False,
            poll_delay=0.1,
            max_jobs=JOBS_AT_ONCE,
            job_timeout=JOB_TIMEOUT_S,
        )
        try:
            await worker.async_run()
        except (RedisError, OSError) as error:
            log.warning("jobs_stopped", error=str(error))
        finally:
            await _close(worker, pool)
        await asyncio.sleep(1)


async def _close(worker: Worker, pool: ArqRedis) -> None:
    """Close arq's worker, which writes to Redis. If Redis is down, close only the connections."""
    try:
        await worker.close()
    except (RedisError, OSError) as error:
        log.warning("jobs_not_closed", error=str(error))
        await pool.aclose(close_connection_pool=True)


def main() -> None:
    settings = settings_from()
    configure_logs(level=settings.log_level, fmt=settings.log_format)
    uvloop.run(run(settings))


if __name__ == "__main__":
    main()
