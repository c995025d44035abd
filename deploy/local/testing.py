"""`make test`: runs the whole suite with its own servers, which are removed afterwards.

    python3 -m deploy.local.testing [pytest arguments]
    python3 -m deploy.local.testing --servers-only      keep the servers up for work on one test

Several runs at once do not disturb each other, even in one checkout. They do not touch the data of `make run`.
"""

import os
import sys
import time
from collections.abc import Sequence

from deploy.local import faces, packages
from deploy.local.console import command, say, show
from deploy.local.environment import PYTHON, Lock, prepare
from deploy.local.failures import Failure
from deploy.local.places import CHECKOUT, VAR
from deploy.local.servers.process import run_to_end
from deploy.local.throw_away import throw_away_servers

PYTEST_PROCESSES = "2"
NEEDS = (
    packages.POSTGRES,
    packages.PDF,
    packages.FONTS,
    packages.KANNEL,
    packages.FAKETIME,
    packages.CHROMIUM,
)


def run_suite(arguments: Sequence[str]) -> int:
    """Returns the exit code of pytest, or 130 when stopped."""
    prepare(Lock.DEVELOPMENT, *NEEDS)
    if list(arguments) == ["--servers-only"]:
        return keep_servers()
    faces.ensure()
    with throw_away_servers("test", durable=False) as servers:
        say("servers", f"PostgreSQL and Redis for this run are up in {servers.folder}")
        pytest = [str(PYTHON), "-m", "pytest", "-n", pytest_processes(), *arguments]
        return run_to_end(pytest, {**os.environ, **servers.environment()})


def pytest_processes() -> str:
    """Each has a database of its own. There is only one on Citus, and a phone or an address is somebody's alone."""
    return "0" if os.environ.get("CITUS_URL") else PYTEST_PROCESSES


def keep_servers() -> int:
    """Run only the servers until Ctrl-C. In another terminal: `. var/test/dev-env.sh`, then pytest."""
    file = VAR / "test" / "dev-env.sh"
    with throw_away_servers("dev", durable=False) as servers:
        text = "".join(f"export {key}='{value}'\n" for key, value in servers.environment().items())
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(text)
        say("servers", f"up until Ctrl-C; the same lines are in {file.relative_to(CHECKOUT)}:")
        show(text)
        try:
            while servers.postgres.alive() and servers.redis.alive():
                time.sleep(0.5)
        finally:
            if file.exists() and file.read_text() == text:  # otherwise a later run wrote it
                file.unlink()
        raise Failure("one of the servers ended by itself.", log=servers.postgres.log)


if __name__ == "__main__":
    sys.exit(command(lambda: run_suite(sys.argv[1:])))
