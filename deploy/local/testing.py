"""`make test`: the whole suite against servers of its own, which are gone afterwards.

    python3 -m deploy.local.testing [pytest arguments]
    python3 -m deploy.local.testing --servers-only      keep the servers up for work on one test

Two runs at once, in one checkout or in two, do not meet, and neither touches the data of `make run`.
"""

import os
import sys
import time
from collections.abc import Sequence

from deploy.local import packages
from deploy.local.console import complain, say, show
from deploy.local.environment import Lock
from deploy.local.failures import Failure
from deploy.local.foreground import STOPPED, run_to_end
from deploy.local.places import CHECKOUT, VAR, VENV, throw_away
from deploy.local.preparing import prepare
from deploy.local.private_servers import PrivateServers, private_servers
from deploy.local.signals import StopRequested, stop_on_signals

PYTEST_PROCESSES = "2"


def main(arguments: Sequence[str]) -> int:
    """The exit code for the shell: pytest's own, 1 when the set-up failed, 130 when stopped."""
    stop_on_signals()
    try:
        if list(arguments) == ["--servers-only"]:
            return keep_servers()
        return run_suite(arguments)
    except Failure as failure:
        complain(failure.text())
        return 1
    except StopRequested:
        return STOPPED


def run_suite(arguments: Sequence[str]) -> int:
    """pytest with everything it needs around it."""
    prepare_for_tests()
    with throw_away("test") as folder, private_servers(folder, durable=False) as servers:
        say("servers", f"PostgreSQL and Redis for this run are up in {folder.relative_to(CHECKOUT)}")
        command = [str(VENV / "bin/python"), "-m", "pytest", "-n", PYTEST_PROCESSES, *arguments]
        return run_to_end(command, {**os.environ, **test_environment(servers)})


def keep_servers() -> int:
    """The servers alone, until Ctrl-C: `. var/test/dev-env.sh` in another terminal, then pytest."""
    prepare_for_tests()
    with throw_away("test", "dev-") as folder, private_servers(folder, durable=False) as servers:
        exports = [f"export {key}='{value}'" for key, value in test_environment(servers).items()]
        file = VAR / "test" / "dev-env.sh"
        file.touch(mode=0o600)
        text = "\n".join(exports) + "\n"
        file.write_text(text)
        try:
            say("servers", f"up until Ctrl-C; the same lines are in {file.relative_to(CHECKOUT)}:")
            show("\n".join(exports))
            while servers.postgres.alive() and servers.redis.alive():
                time.sleep(0.5)
            raise Failure("one of the servers ended by itself.", log=servers.postgres.log)
        finally:
            if file.exists() and file.read_text() == text:  # else it is a later one's
                file.unlink()


def prepare_for_tests() -> None:
    """The virtual environment and the system's packages, all that is missing of them."""
    prepare(Lock.DEVELOPMENT, packages.POSTGRES, packages.PDF, packages.FONTS, packages.KANNEL)


def test_environment(servers: PrivateServers) -> dict[str, str]:
    """What the suite is told: superuser of a PostgreSQL, a Redis, and a folder for more servers."""
    return {
        "TEST_DATABASE_URL": servers.postgres.url(),
        "TEST_REDIS_URL": servers.redis.url(),
        "TEST_SERVER_DIR": str(servers.folder),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
