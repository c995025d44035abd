"""Makes the virtual environment `.venv`, exactly as a lock file with hashes says.

uv installs in seconds what takes pip over a minute. So pip only installs uv (deploy/uv.lock.txt). If uv
cannot reach the index, pip installs everything, because uv does not read pip's configuration.
"""

import fcntl
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

from deploy.local import packages
from deploy.local.console import command, logged, say
from deploy.local.failures import Failure
from deploy.local.places import CHECKOUT, VAR, VENV

PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
UV_LOCK = CHECKOUT / "deploy" / "uv.lock.txt"
LOG = VAR / "logs" / "install.log"
PIP: list[str | Path] = [
    PYTHON,
    "-m",
    "pip",
    "--disable-pip-version-check",
    "install",
    "--quiet",
    "--require-hashes",
    "-r",
]


class Lock(Enum):
    """What the environment is for. DEVELOPMENT contains everything of RUN, in the same versions."""

    RUN = "requirements.lock"
    DEVELOPMENT = "requirements-dev.lock"


def prepare(lock: Lock, *needs: packages.Need) -> None:
    """Make the machine ready for a command. Takes a tenth of a second if it is ready."""
    packages.require(*needs)
    ensure(lock)


def ensure(lock: Lock) -> None:
    """Install the packages of the lock into `.venv`.

    They are compiled even if PYTHONDONTWRITEBYTECODE is set, as is common in containers. Otherwise
    every process would compile all packages again at each start.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with one_at_a_time("venv"):
        if _uv_installs(lock, "--offline"):  # everything is installed already or in uv's cache
            return
        if not _interpreter_works():
            _create()
        say("python", f"installing what {lock.value} lists (log: {LOG.relative_to(CHECKOUT)})")
        if not UV.exists():
            logged([*PIP, UV_LOCK], LOG)
        if _uv_installs(lock):
            return
        say("python", "uv did not get through; pip does it, which takes two minutes or so")
        if logged([*PIP, CHECKOUT / lock.value], LOG):
            raise Failure(
                "The Python packages could not be installed.",
                todo="Most often the package index was not reached: look at the lines above, at the network\n"
                "and at `.venv/bin/pip config list` (behind a mirror: PIP_INDEX_URL), then run it again.",
                log=LOG,
            )


def _uv_installs(lock: Lock, *more: str) -> bool:
    if not UV.exists():
        return False
    install: list[str | Path] = [UV, "pip", "install", "--python", PYTHON, "--require-hashes", "--quiet"]
    install += [*more, "-r", CHECKOUT / lock.value]
    return logged(install, LOG, os.environ if more else {**os.environ, **_pip_settings()}) == 0


def _pip_settings() -> dict[str, str]:
    """pip's settings for the index and its certificates, as environment variables of uv."""
    listed = subprocess.run(
        [PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    told = dict(re.findall(r"^(?:global|install|:env:)\.([a-z-]+)='(.*)'$", listed.stdout, re.MULTILINE))
    names = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}
    return {uv: told[pip] for pip, uv in names.items() if pip in told and uv not in os.environ}


def _interpreter_works() -> bool:
    """Whether `.venv` has a Python that starts and finds its packages. A system upgrade can break it."""
    return PYTHON.exists() and logged([PYTHON, "-c", "import pip"], LOG) == 0


def _create() -> None:
    packages.require(packages.VENV_MODULE)
    say("python", f"{sys.version.split()[0]}: creating {VENV.name}")
    if logged([sys.executable, "-m", "venv", "--clear", VENV], LOG):
        raise Failure("The virtual environment could not be made.", log=LOG)


def install_apart(lock: Path, folder: Path, log: Path) -> bool:
    """Install what a lock lists into a folder of its own, by the tools of `.venv`. False: it did not work."""
    apart: list[str | Path] = ["--target", folder, "-r", lock]
    by_uv = [UV, "pip", "install", "--python", PYTHON, "--require-hashes", "--quiet", *apart]
    if UV.exists() and logged(by_uv, log, {**os.environ, **_pip_settings()}) == 0:
        return True
    return logged([*PIP[:-1], *apart], log) == 0


@contextmanager
def one_at_a_time(what: str) -> Iterator[None]:
    """Two commands in one checkout must not make the same thing at the same time. The second one waits."""
    VAR.mkdir(exist_ok=True)
    with (VAR / f"{what}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say(what, "another command is at it; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":  # run as a module for commands that need no server
    wanted = Lock(sys.argv[1]) if len(sys.argv) > 1 else Lock.DEVELOPMENT
    sys.exit(command(lambda: ensure(wanted)))
