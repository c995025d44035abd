"""Finds missing system packages, and installs them if the system has apt.

We look for what we use (a program, a library, a font) and not for package names. So a system without apt
works too, once its owner has installed the same things.
"""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local import faked_time
from deploy.local.console import logged, say
from deploy.local.failures import Failure
from deploy.local.places import CHECKOUT, VAR
from deploy.local.servers import kannel, postgres

LOG = VAR / "logs" / "apt.log"
INSTALL = CHECKOUT / "deploy" / "install-packages"
FONT_FILES = (
    "PTS55F.ttf",
    "DejaVuSans.ttf",
    "DroidSansFallback*.ttf",
    "NotoColorEmoji*.ttf",
    "unifont*.[ot]t[fc]",
)
"""Those of app/documents/templates/fonts.css."""
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts")


@dataclass(frozen=True)
class Need:
    """One thing that must be on the machine: how to find it, and the Debian packages that contain it.

    `instead` names what can be used in its place.
    """

    name: str
    present: Callable[[], bool]
    packages: tuple[str, ...]
    instead: str = ""


def _loads(*libraries: str) -> bool:
    try:
        return all(ctypes.CDLL(library) for library in libraries)
    except OSError:
        return False


def _has_font(name: str) -> bool:
    return any(found for folder in FONT_FOLDERS for found in Path(folder).expanduser().rglob(name))


POSTGRES = Need(
    f"PostgreSQL {postgres.OLDEST_MAJOR} or newer with PostGIS (Debian 12, Ubuntu 24.04 or newer have one)",
    lambda: bool(postgres.find_bindirs()),
    ("postgresql", "postgresql-postgis"),
    instead="or DATABASE_URL set to a server that has both",
)
PDF = Need(
    "Pango, which lays out the PDFs",
    lambda: _loads("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0"),
    ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"),
)
FONTS = Need(
    "fonts for names in any letters: PT Sans, DejaVu Sans, Droid Sans Fallback, Noto Color Emoji, Unifont",
    lambda: all(map(_has_font, FONT_FILES)),
    (
        "fonts-dejavu-core",
        "fonts-droid-fallback",
        "fonts-noto-color-emoji",
        "fonts-paratype",
        "fonts-unifont",
    ),
)
KANNEL = Need("Kannel and its fake SMS centre", kannel.find_programs, ("kannel", "kannel-extras"))
VENV_MODULE = Need(
    "Python's venv module",
    lambda: importlib.util.find_spec("ensurepip") is not None,
    (f"python3.{sys.version_info.minor}-venv",),
    instead="or PYTHON=… naming a Python that is complete",
)
FAKETIME = Need(
    "libfaketime, which lets a run believe in another day",
    lambda: faked_time.find_library() is not None,
    ("faketime",),
)
CHROMIUM = Need(
    "Chromium, in which the faces are tested",
    lambda: shutil.which(os.environ.get("CHROMIUM") or "/usr/bin/chromium") is not None,
    ("chromium",),
    instead="or CHROMIUM=… naming the program",
)


def require(*needs: Need) -> None:
    """Install what is missing. If that is not possible here, raises Failure with the whole list."""
    missing = [need for need in needs if not need.present()]
    if not missing:
        return
    say("packages", "missing: " + "; ".join(need.name for need in missing))
    names = [package for need in missing for package in need.packages]
    _require_apt(missing, names)
    say("packages", f"installing {' '.join(names)} (a minute or so; log: {LOG})")
    if logged([INSTALL, *names], LOG):
        raise Failure(
            "apt-get could not install the packages.",
            todo="Look at the lines above: most often the package servers were not reached, another\n"
            "installation is under way, or the distribution is too old. Then run the same command again.",
            log=LOG,
        )
    importlib.invalidate_caches()
    for need in missing:
        if not need.present():
            raise Failure(f"after the installation there is still no {need.name}.", log=LOG)


def _require_apt(missing: Sequence[Need], names: Sequence[str]) -> None:
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
            f"(Debian and Ubuntu: apt-get install {' '.join(names)})",
        )
