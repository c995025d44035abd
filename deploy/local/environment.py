"""The virtual environment `.venv`, exactly as a lock file with hashes says.

uv installs in seconds what takes pip over a minute, so pip only fetches uv (deploy/uv.lock.txt) and
steps in when uv does not get through: uv does not read pip's configuration files, and what we
translate for it (index and certificates) is not all that one can put into them.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

from deploy.local.console import say
from deploy.local.failures import Failure
from deploy.local.places import CHECKOUT, VAR, VENV

PYTHON = VENV / "bin" / "python"
UV_LOCK = CHECKOUT / "deploy" / "uv.lock.txt"
STAMP = VENV / "brigada-locks.json"
LOG = VAR / "logs" / "install.log"
PIP_SETTINGS_FOR_UV = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}


class Lock(Enum):
    """What the environment is for. DEVELOPMENT contains everything of RUN, in the same versions."""

    RUN = "requirements.lock"
    DEVELOPMENT = "requirements-dev.lock"

    @property
    def path(self) -> Path:
        return CHECKOUT / self.value


def ensure(lock: Lock) -> None:
    """Make `.venv` hold what the lock says. Milliseconds when it does already.

    Whoever wants no compiled files beside the sources (PYTHONDONTWRITEBYTECODE, common in containers)
    would wait for every process to compile all its packages again, at each start: not here.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with _one_at_a_time():
        if _interpreter_works():
            if _stamps().get(lock.value) == _digest(lock):
                return
        else:
            _create()
        _install(lock)
        _stamp(lock)


def can_be_made() -> bool:
    """Whether there is a working `.venv`, or this Python is able to make one."""
    return _interpreter_works() or importlib.util.find_spec("ensurepip") is not None


def _digest(lock: Lock) -> str:
    return hashlib.sha256(lock.path.read_bytes()).hexdigest()


def _stamps() -> dict[str, str]:
    """Which locks, in which version, this environment satisfies."""
    try:
        stamps = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


def _stamp(lock: Lock) -> None:
    """Note what was installed. The development lock covers the other one, not the other way round."""
    covered = list(Lock) if lock is Lock.DEVELOPMENT else [lock]
    STAMP.write_text(json.dumps({each.value: _digest(each) for each in covered}, indent=2) + "\n")


def _interpreter_works() -> bool:
    """Whether `.venv` has a Python that starts and finds its packages (an upgrade may have taken it)."""
    check = "import sys, pip; sys.exit(0)"
    try:
        done = subprocess.run([PYTHON, "-c", check], capture_output=True, check=False, timeout=60)
    except OSError:
        return False
    return done.returncode == 0


def _create() -> None:
    say("python", f"{sys.version.split()[0]}: creating {VENV.name}")
    _logged(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], "The virtual environment could not be made."
    )


def _install(lock: Lock) -> None:
    say("python", f"installing what {lock.value} lists (log: {LOG.relative_to(CHECKOUT)})")
    requirements = ["--require-hashes", "-r", str(lock.path)]
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    try:
        if not (VENV / "bin" / "uv").exists():
            _logged([*pip, "--require-hashes", "-r", str(UV_LOCK)], "uv could not be installed.")
        uv = [str(VENV / "bin" / "uv"), "pip", "install", "--python", str(PYTHON)]
        _logged([*uv, *requirements], "uv could not install the packages.", environment=_uv_environment())
    except Failure:
        say("python", "uv did not get through; pip does it, which takes two minutes or so")
        _logged(
            [*pip, *requirements],
            "The Python packages could not be installed.",
            todo="Most often the package index was not reached: look at the lines above, at the network\n"
            "and at `.venv/bin/pip config list` (behind a mirror: PIP_INDEX_URL), then run it again.",
        )


def _uv_environment() -> dict[str, str]:
    """Our environment, plus what pip has been told about the index and its certificates."""
    environment = dict(os.environ)
    listed = subprocess.run(
        [PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    for line in listed.stdout.splitlines():  # global.index-url='…', :env:.cert='…', install.…
        found = re.fullmatch(r"(?:global|install|:env:)\.([a-z-]+)='(.*)'", line)
        if found and found[1] in PIP_SETTINGS_FOR_UV:
            environment.setdefault(PIP_SETTINGS_FOR_UV[found[1]], found[2])
    return environment


def _logged(
    command: Sequence[str], complaint: str, *, todo: str = "", environment: dict[str, str] | None = None
) -> None:
    """Run a step with its output in the log; a Failure with the log's end when it fails."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with LOG.open("ab") as out:
        out.write(f"$ {' '.join(command)}\n".encode())
        out.flush()
        done = subprocess.run(command, stdout=out, stderr=out, env=environment, cwd=CHECKOUT, check=False)
    if done.returncode:
        raise Failure(complaint, todo=todo, log=LOG)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two commands in one checkout must not install at once: the second waits."""
    VAR.mkdir(exist_ok=True)
    with (VAR / "venv.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("python", "another command is preparing .venv; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
