"""`make bench`: the benchmarks on servers of their own that write to disk as in production.

    python3 -m deploy.local.bench [NAME] [further arguments of `python -m benchmarks`]

The environment names the servers as for the tests (TEST_DATABASE_URL, …). Results stay in BENCH_DIR, var/bench.
"""

import os
import sys
from collections.abc import Sequence

from deploy.local import faces, packages
from deploy.local.console import command, say
from deploy.local.environment import PYTHON, Lock, prepare
from deploy.local.places import VAR
from deploy.local.servers.process import run_to_end
from deploy.local.throw_away import throw_away_servers

RESULTS = VAR / "bench"


def measure(arguments: Sequence[str]) -> int:
    """Returns the exit code of the benchmarks, or 130 when stopped."""
    prepare(Lock.DEVELOPMENT, packages.POSTGRES, packages.PDF, packages.FONTS, packages.CHROMIUM)
    faces.ensure()
    RESULTS.mkdir(parents=True, exist_ok=True)
    with throw_away_servers("bench", durable=True) as servers:
        say("servers", "PostgreSQL (durable) and Redis for this run are up")
        told = {**os.environ, **servers.environment(), "BENCH_DIR": str(RESULTS)}
        return run_to_end([PYTHON, "-m", "benchmarks", *arguments], told)


if __name__ == "__main__":
    sys.exit(command(lambda: measure(sys.argv[1:])))
