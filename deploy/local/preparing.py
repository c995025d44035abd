"""Making a machine ready for a command: system packages and the virtual environment, side by side.

python3 -m deploy.local.preparing       the development environment alone
"""

import sys
from concurrent.futures import ThreadPoolExecutor

from deploy.local import environment, packages
from deploy.local.console import complain
from deploy.local.failures import Failure


def prepare(lock: environment.Lock, *needs: packages.Need) -> None:
    """Install what is missing. Milliseconds when nothing is.

    apt and pip spend most of their minute on different things (disk and network), so they work at
    the same time; only Python's own venv module must be there first. When one fails, the other still
    comes to its end: a package manager is not to be interrupted.
    """
    missing = packages.find_missing(*needs)
    if not environment.can_be_made():
        packages.install(packages.find_missing(packages.venv_module()))
    if not missing:
        environment.ensure(lock)
        return
    with ThreadPoolExecutor(max_workers=1) as beside:
        installing = beside.submit(packages.install, missing)
        environment.ensure(lock)
        installing.result()


def main() -> int:
    try:
        prepare(environment.Lock.DEVELOPMENT)
    except Failure as failure:
        complain(failure.text())
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
