"""PostgreSQL and Redis together, for a run that throws them away: tests, demo, benchmarks."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.places import VENV, server_account, server_home
from deploy.local.servers import Postgres, Redis
from deploy.local.servers.redis import find_binary
from deploy.local.signals import undisturbed


@dataclass(frozen=True)
class PrivateServers:
    """Both running, everything in `folder`."""

    folder: Path
    postgres: Postgres
    redis: Redis


@contextmanager
def private_servers(folder: Path, *, durable: bool) -> Iterator[PrivateServers]:
    """Both servers in a folder that the caller removes; stopped at the end whatever happens."""
    account = server_account()
    home = server_home(folder / "servers", account)
    postgres = Postgres(
        home / "pg",
        password=secrets.token_hex(16),
        log=folder / "postgres.log",
        account=account,
        durable=durable,
        settings={"max_locks_per_transaction": "256"},
    )
    redis = Redis(
        home / "redis",
        password=secrets.token_hex(16),
        log=folder / "redis.log",
        account=account,
        binary=find_binary(VENV),
    )
    try:
        postgres.start()
        redis.start()
        yield PrivateServers(folder, postgres, redis)
    finally:
        with undisturbed():
            redis.stop()
            postgres.stop()
