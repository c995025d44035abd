"""PostgreSQL and Redis for one run of the tests, the demo or a benchmark. They are removed afterwards."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.places import throw_away
from deploy.local.servers import Postgres, Redis


@dataclass(frozen=True)
class ThrowAwayServers:
    """Both servers are running. All their files are in `folder`."""

    folder: Path
    postgres: Postgres
    redis: Redis

    def environment(self) -> dict[str, str]:
        """Environment for tests and benchmarks: URLs of PostgreSQL (superuser) and Redis, a folder for more servers."""
        return {
            "TEST_DATABASE_URL": self.postgres.url(),
            "TEST_REDIS_URL": self.redis.url(),
            "TEST_SERVER_DIR": str(self.folder),
        }


@contextmanager
def throw_away_servers(family: str, *, durable: bool) -> Iterator[ThrowAwayServers]:
    """Start the servers. At the end they are stopped and removed, whatever happens."""
    with throw_away(family) as folder, ExitStack() as stops:
        postgres = Postgres(
            folder / "pg",
            log=folder / "postgres.log",
            durable=durable,
            settings={"max_locks_per_transaction": "256"},
        )
        redis = Redis(folder / "redis", log=folder / "redis.log")
        for server in (postgres, redis):
            stops.callback(server.stop)
            server.start()
        yield ThrowAwayServers(folder, postgres, redis)
