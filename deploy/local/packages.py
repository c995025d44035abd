"""The system packages Brigada needs: seeing what is missing, installing it where apt is to be had.

Presence is judged by what is used (a program, a library that loads, a font), not by package
names, so a system without apt is served as well once its owner has installed the same things.
"""

import ctypes
import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from deploy.local.console import say
from deploy.local.failures import Failure
from deploy.local.places import VAR
from deploy.local.servers import kannel, postgres

LOG = VAR / "logs" / "apt.log"
POLICY = Path("/usr/sbin/policy-rc.d")
CLUSTER_SETTINGS = Path("/etc/postgresql-common/createcluster.conf")
PDF_LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
CYRILLIC_FONTS = ("DejaVuSans.ttf", "PTS55F.ttf")  # DejaVu Sans, PT Sans


@dataclass(frozen=True)
class Need:
    """One thing that must be on the machine: how to see it, and the packages that bring it.

    `packages` is asked only after apt has refreshed its lists. `instead` is what else would do.
    """

    name: str
    present: Callable[[], bool]
    packages: Callable[[], Sequence[str]]
    instead: str = ""


def postgres_packages() -> list[str]:
    """The newest PostgreSQL of this distribution that has PostGIS: ["postgresql-15", …-postgis-3].

    When a PostgreSQL server is there already and only lacks PostGIS, that version is completed.
    """
    listed = _output(["apt-cache", "search", "--names-only", "^postgresql-[0-9]+-postgis-[0-9]+$"])
    candidates = sorted(
        (int(major), int(postgis))
        for major, postgis in re.findall(r"^postgresql-(\d+)-postgis-(\d+) ", listed, re.MULTILINE)
        if int(major) >= postgres.OLDEST_MAJOR
    )
    installed = [pair for pair in candidates if Path(f"/usr/lib/postgresql/{pair[0]}/bin/initdb").exists()]
    if not candidates:
        raise Failure(
            f"this system's package lists have no PostgreSQL {postgres.OLDEST_MAJOR} or newer with PostGIS.",
            todo="Use Debian 12 or newer, Ubuntu 24.04 or newer, add the PostgreSQL project's own package\n"
            "source, or set DATABASE_URL to a server that has PostGIS.",
            log=LOG,
        )
    major, postgis = (installed or candidates)[-1]
    return [f"postgresql-{major}", f"postgresql-{major}-postgis-{postgis}"]


POSTGRES = Need(
    "PostgreSQL with PostGIS",
    lambda: bool(postgres.find_bindirs()),
    postgres_packages,
    instead="or DATABASE_URL set to a server that has both",
)
PDF = Need(
    "Pango, which lays out the PDFs",
    lambda: all(_loads(library) for library in PDF_LIBRARIES),
    lambda: ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"],
)
FONTS = Need(
    "a font with Cyrillic letters",
    lambda: any(_font_files(CYRILLIC_FONTS)),
    lambda: ["fonts-dejavu-core", "fonts-paratype"],
)
KANNEL = Need(
    "Kannel and its fake SMS centre",
    kannel.find_programs,
    lambda: ["kannel", "kannel-extras"],
)


def find_missing(*needs: Need) -> list[Need]:
    """What is not there. Raises Failure with the whole list when we could not install it.

    A password for sudo is asked for here, before anything else prints.
    """
    missing = [need for need in needs if not need.present()]
    if missing:
        say("packages", "missing: " + "; ".join(need.name for need in missing))
        _require_apt(missing)
    return missing


def install(missing: Sequence[Need]) -> None:
    """Install what `find_missing` found, and see that it helped."""
    _refresh_lists()
    _install(sorted({package for need in missing for package in need.packages()}))
    for need in missing:
        if not need.present():
            raise Failure(f"after the installation there is still no {need.name}.", log=LOG)


def venv_module() -> Need:
    """Debian and Ubuntu keep `venv` apart from Python; it must be the one of the Python that runs us."""
    if not sys.executable.startswith("/usr/bin/"):
        raise Failure(
            f"{sys.executable} has no ensurepip, so it cannot make a virtual environment.",
            todo="Install it with its standard library complete, or name another:\n"
            "make run PYTHON=/usr/bin/python3",
        )
    name = f"python3.{sys.version_info.minor}-venv"
    return Need("Python's venv module", lambda: _import_finds("ensurepip"), lambda: [name])


def _require_apt(missing: Sequence[Need]) -> None:
    """Refuse with the whole list of what is needed when we cannot install it ourselves."""
    wanted = "\n".join(f"  - {need.name} {need.instead}".rstrip() for need in missing)
    if shutil.which("apt-get") is None:
        raise Failure(
            "something is missing, and this system has no apt-get to install it with.",
            todo=f"Install by the means of this system:\n{wanted}\nthen run the same command again.",
        )
    if os.geteuid() == 0:
        return
    if shutil.which("sudo") is None or subprocess.run(["sudo", "true"], check=False).returncode:
        raise Failure(
            "something is missing; installing it needs root, and sudo does not give it.",
            todo=f"Run the same command once as root, or install:\n{wanted}\n"
            "(Debian and Ubuntu: apt-get install " + " ".join(_known_packages(missing)) + ")",
        )


def _known_packages(missing: Sequence[Need]) -> list[str]:
    try:
        return [package for need in missing for package in need.packages()]
    except Failure:
        return ["postgresql", "postgis"]


@cache
def _refresh_lists() -> None:
    """apt-get update, once per run. A failure is only noted: the lists at hand may do.

    If they do not, installing says why.
    """
    if not _as_root(["apt-get", "-o", "DPkg::Lock::Timeout=120", "update"]):
        say("packages", f"the package lists could not be refreshed (see {LOG}); trying with the old ones")


def _install(names: Sequence[str]) -> None:
    say("packages", f"installing {' '.join(names)} (a minute or so; log: {LOG})")
    if any(re.fullmatch(r"postgresql-\d+", name) for name in names):
        _ask_for_no_system_cluster()
    command = ["apt-get", "install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"]
    with _services_stay_down():
        installed = _as_root([*command, "-o", "Dpkg::Options::=--force-confold", *names])
    if not installed:
        raise Failure(
            "apt-get could not install the packages.",
            todo="Look at the lines above: most often the package servers were not reached or another\n"
            "installation is under way. Then run the same command again.",
            log=LOG,
        )
    if "kannel" in names:
        _as_root(["update-rc.d", "kannel", "disable"])


def _ask_for_no_system_cluster() -> None:
    """Debian's package would make and start a cluster on port 5432 that nobody asked for.

    Whoever has said something about it in the file already is left alone.
    """
    before = CLUSTER_SETTINGS.read_text() if CLUSTER_SETTINGS.exists() else ""
    if re.search(r"^\s*create_main_cluster\s*=", before, re.MULTILINE):
        return
    _write_as_root(CLUSTER_SETTINGS, f"{before}create_main_cluster = false\n", mode="644")
    say("packages", f"no system-wide database: create_main_cluster = false in {CLUSTER_SETTINGS}")


@contextmanager
def _services_stay_down() -> Iterator[None]:
    """Packages must not start services: Debian asks policy-rc.d, which we lend it unless there is one."""
    if POLICY.exists():
        yield
        return
    _write_as_root(POLICY, "#!/bin/sh\nexit 101\n", mode="755")
    try:
        yield
    finally:
        _as_root(["rm", "-f", str(POLICY)])


def _write_as_root(path: Path, text: str, *, mode: str) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=path.name) as file:
        file.write(text)
        file.flush()
        if not _as_root(["install", "-D", "-m", mode, file.name, str(path)]):
            raise Failure(f"{path} could not be written.", log=LOG)


def _as_root(command: Sequence[str]) -> bool:
    """Run with root's rights, through sudo when we have none; output to the log. Whether it worked.

    sudo may ask for a password at the terminal.
    """
    settings = ["DEBIAN_FRONTEND=noninteractive", "UCF_FORCE_CONFFOLD=1", "LC_ALL=C.UTF-8"]
    prefix = [] if os.geteuid() == 0 else ["sudo"]
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with LOG.open("ab") as out:
        out.write(f"$ {' '.join(command)}\n".encode())
        out.flush()
        done = subprocess.run(
            [*prefix, "env", *settings, *command],
            stdin=subprocess.DEVNULL if not prefix else None,
            stdout=out,
            stderr=out,
            check=False,
        )
    return done.returncode == 0


def _output(command: Sequence[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _import_finds(module: str) -> bool:
    importlib.invalidate_caches()
    return importlib.util.find_spec(module) is not None


def _font_files(names: Sequence[str]) -> Iterator[Path]:
    for folder in (
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        Path.home() / ".local/share/fonts",
    ):
        for name in names:
            yield from folder.rglob(name)
