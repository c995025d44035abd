"""`make lint`: every check that needs no server. All of them run, then those that failed are named.

Migrations are compared with the models by the test suite, because that needs a database.
"""

import subprocess
import sys
from pathlib import Path

from deploy.local.console import complain, say
from deploy.local.environment import PYTHON, Lock
from deploy.local.failures import Failure
from deploy.local.places import CHECKOUT, VENV
from deploy.local.preparing import prepare

CHECKS: dict[str, list[str | Path]] = {
    "style": [PYTHON, "-m", "ruff", "check", "."],
    "format": [PYTHON, "-m", "ruff", "format", "--check", "."],
    "types": [PYTHON, "-m", "mypy"],
    "walls": [VENV / "bin" / "lint-imports"],
    "openapi": [PYTHON, "-m", "app.cli", "openapi", "--check"],
}


def main() -> int:
    """0 when all checks pass."""
    try:
        prepare(Lock.DEVELOPMENT)
    except Failure as failure:
        complain(failure.text())
        return 1
    failed = []
    for name, command in CHECKS.items():
        say(name, " ".join(str(part) for part in command[1:]) or "lint-imports")
        if subprocess.run(command, cwd=CHECKOUT, check=False).returncode:
            failed.append(name)
    if failed:
        complain(f"error: lint failed: {', '.join(failed)}")
        return 1
    say("lint", "all checks pass")
    return 0


if __name__ == "__main__":
    sys.exit(main())
