"""If something is missing on the machine, `make run` prints one plain message with what to do."""

import ast
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import environment, packages, product
from deploy.local.environment import Lock
from deploy.local.failures import Failure
from deploy.local.places import CHECKOUT
from deploy.local.servers import Postgres, postgres


def program(folder: Path, name: str, script: str) -> Path:
    """A program of that name, first in whatever PATH the folder is."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file


def run_command(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command of ours in a process of its own, as `make` starts it."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=CHECKOUT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        yield somebody.getsockname()[1]


def test_a_failure_is_what_happened_the_end_of_the_log_and_what_to_do(tmp_path):
    log = tmp_path / "api.log"
    log.write_text("\n".join(["old", *[f"line {n}" for n in range(14)], "x" * 5_000]))

    lines = Failure("api ended.", todo="Do this,\nthen that.", log=log).text().splitlines()

    assert lines[:2] == ["error: api ended.", f"  the end of {log}:"]
    assert (lines[2], lines[-4]) == ("    | line 0", f"    | {'x' * 400}…")
    assert lines[-3:] == ["  what to do:", "    Do this,", "    then that."]


def test_a_log_that_is_not_there_spoils_no_message(tmp_path):
    assert Failure("api ended.", log=tmp_path / "none").text() == "error: api ended."


def test_an_old_python_is_told_which_one_is_needed():
    done = run_command("import sys; sys.version_info = (3, 9); import deploy.local")

    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "make run PYTHON=python3.11" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_old_python_can_read_the_file_that_tells_it():
    ast.parse((CHECKOUT / "deploy/local/__init__.py").read_text(), feature_version=(3, 6))


def test_a_system_without_apt_gets_the_whole_list(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    nothing = [packages.Need(name, lambda: False, ()) for name in ("a database", "a font")]

    with pytest.raises(Failure) as refusal:
        packages.require(*nothing)

    assert "no apt-get" in refusal.value.what
    assert "- a database\n" in refusal.value.todo
    assert "- a font\n" in refusal.value.todo


def test_somebody_who_may_not_install_is_told_what_root_should(tmp_path, monkeypatch):
    program(tmp_path, "apt-get", "exit 0")
    program(tmp_path, "sudo", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    font = packages.Need("a font", lambda: False, ("fonts-dejavu-core",))

    with pytest.raises(Failure) as refusal:
        packages.require(font)

    assert "needs root" in refusal.value.what
    assert "apt-get install fonts-dejavu-core" in refusal.value.todo


def test_nothing_is_asked_of_a_machine_that_has_everything(monkeypatch):
    monkeypatch.setenv("PATH", "")

    packages.require(packages.Need("a font", lambda: True, ()))


def test_what_is_missing_is_installed_by_its_debian_names(tmp_path, monkeypatch):
    program(tmp_path, "apt-get", "exit 0")
    install = program(tmp_path, "install-packages", f'echo "$@" >{tmp_path}/asked; touch {tmp_path}/font')
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(packages, "INSTALL", install)
    font = packages.Need("a font", (tmp_path / "font").exists, ("fonts-dejavu-core", "fonts-paratype"))

    packages.require(font)

    assert (tmp_path / "asked").read_text() == "fonts-dejavu-core fonts-paratype\n"


@pytest.mark.parametrize(
    ("script", "said"),
    [("echo 'no route to host'; exit 100", "no route to host"), ("exit 0", "there is still no a database")],
)
def test_a_system_that_could_not_be_completed_says_why(tmp_path, monkeypatch, script, said):
    program(tmp_path, "apt-get", "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(packages, "INSTALL", program(tmp_path, "install-packages", script))
    monkeypatch.setattr(packages, "LOG", tmp_path / "apt.log")

    with pytest.raises(Failure) as refusal:
        packages.require(packages.Need("a database", lambda: False, ("postgresql",)))

    assert said in refusal.value.text()


def test_the_advice_about_a_database_names_the_systems_that_have_one():
    assert "Debian 12" in packages.POSTGRES.name
    assert "DATABASE_URL" in packages.POSTGRES.instead


def test_without_network_the_advice_is_about_the_index(tmp_path, monkeypatch):
    """The interpreter of this .venv works, but its pip reaches nobody."""
    python = program(
        tmp_path / ".venv/bin",
        "python",
        'test "$1" = -c && exit 0; echo "Temporary failure in name resolution" >&2; exit 1',
    )
    (tmp_path / "requirements.lock").write_text("litestar==2\n")
    for name, value in {
        "CHECKOUT": tmp_path,
        "VAR": tmp_path / "var",
        "VENV": tmp_path / ".venv",
        "PYTHON": python,
        "UV": tmp_path / ".venv/bin/uv",
        "PIP": [python, "-m", "pip"],
        "LOG": tmp_path / "var/logs/install.log",
    }.items():
        monkeypatch.setattr(environment, name, value)

    with pytest.raises(Failure) as refusal:
        environment.ensure(Lock.RUN)

    assert "Temporary failure in name resolution" in refusal.value.text()
    assert "PIP_INDEX_URL" in refusal.value.todo


def test_a_port_that_somebody_has_is_not_taken_from_him(taken_port):
    with pytest.raises(Failure) as refusal:
        product.choose_port("127.0.0.1", str(taken_port))

    assert f"port {taken_port} is taken" in refusal.value.what
    assert "make run PORT=8080" in refusal.value.todo


@pytest.mark.parametrize("wanted", ["http", "0", "65536", "-1", "80 80"])
def test_what_is_no_port_is_refused(wanted):
    with pytest.raises(Failure, match="is not a port"):
        product.choose_port("127.0.0.1", wanted)


def test_when_the_usual_port_is_taken_the_next_free_one_is_used(taken_port, monkeypatch):
    monkeypatch.setattr(product, "DEFAULT_PORT", taken_port)

    chosen = product.choose_port("127.0.0.1", None)

    assert taken_port < chosen < taken_port + product.PORTS_TRIED


def test_when_all_usual_ports_are_taken_the_advice_is_to_choose_one(taken_port, monkeypatch):
    monkeypatch.setattr(product, "DEFAULT_PORT", taken_port)
    monkeypatch.setattr(product, "PORTS_TRIED", 1)

    with pytest.raises(Failure, match="no port from"):
        product.choose_port("127.0.0.1", "")


def test_a_full_disk_is_seen_before_the_database_is_half_made(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "FREE_BYTES_NEEDED", 10**18)
    database = Postgres(tmp_path, log=tmp_path / "postgres.log")

    with pytest.raises(Failure) as refusal:
        database.start()

    assert "nearly full" in refusal.value.what
    assert "Make room" in refusal.value.todo
    assert not database.data.exists()


def test_data_of_a_postgresql_that_is_gone_is_left_alone(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("9\n")

    with pytest.raises(Failure) as refusal:
        Postgres(tmp_path, log=tmp_path / "postgres.log")

    assert "was made by PostgreSQL 9" in refusal.value.what
    assert "Install postgresql-9" in refusal.value.todo


@pytest.mark.parametrize("variable", ["DATABASE_URL", "REDIS_URL"])
def test_a_server_that_was_named_and_is_not_there_is_named_again(tmp_path, variable):
    code = (
        "import sys; from pathlib import Path; from deploy.local import run;from deploy.local.console import command;"
        f" run.RUN = Path({str(tmp_path)!r}); sys.exit(command(run.run))"
    )
    nobody = {"DATABASE_URL": "", "REDIS_URL": "", variable: "scheme://me:secret@127.0.0.1:9/x"}

    done = run_command(code, **nobody)

    assert done.returncode == 1
    assert f"{variable} names 127.0.0.1:9, and nobody answers there" in done.stderr
    assert "unset it to get a private one" in done.stderr
    assert "secret" not in done.stderr + done.stdout
