"""`make bench`: the benchmarks on servers of their own that write to disk as in production.

    python3 -m deploy.local.bench [NAME] [further arguments of `python -m benchmarks`]

Exports TEST_DATABASE_URL and TEST_REDIS_URL (both gone afterwards), TEST_SERVER_DIR (a folder that
goes as well) and BENCH_DIR, where results stay: var/bench.
"""

import os
import sys
from collections.abc import Sequence

from deploy.local import environment, packages
from deploy.local.console import complain, say
from deploy.local.failures import Failure
from deploy.local.foreground import STOPPED, run_to_end
from deploy.local.places import VAR, throw_away
from deploy.local.preparing import prepare
from deploy.local.private_servers import private_servers
from deploy.local.signals import StopRequested, stop_on_signals
from deploy.local.testing import test_environment

RESULTS = VAR / "bench"


def main(arguments: Sequence[str]) -> int:
    """The benchmarks' own exit code; 1 when they could not be set up, 130 when stopped."""
    stop_on_signals()
    try:
        return measure(arguments)
    except Failure as failure:
        complain(failure.text())
        return 1
    except StopRequested:
        return STOPPED


def measure(arguments: Sequence[str]) -> int:
    prepare(environment.Lock.DEVELOPMENT, packages.POSTGRES, packages.PDF, packages.FONTS)
    RESULTS.mkdir(parents=True, exist_ok=True)
    with throw_away("bench-run") as folder, private_servers(folder, durable=True) as servers:
        say("servers", "PostgreSQL (durable) and Redis for this run are up")
        told = {**os.environ, **test_environment(servers), "BENCH_DIR": str(RESULTS)}
        return run_to_end([environment.PYTHON, "-m", "benchmarks", *arguments], told)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
