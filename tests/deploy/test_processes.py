"""The processes of `make run` keep running, and none is left when it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.console import STOPPED
from deploy.local.failures import Failure
from deploy.local.places import CHECKOUT, server_account, try_lock
from deploy.local.product import BACKGROUND_PROCESSES, ProductProcess, start_processes
from deploy.local.servers import Postgres, Redis, postgres
from deploy.local.supervisor import Supervisor, pause_before_restart
from tests.deploy.test_settings_and_secrets import a_setting

SLEEPS = ["-c", "import time; time.sleep(60)"]


class Timer:
    """The supervisor's clock, moved by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def timer() -> Timer:
    return Timer()


@pytest.fixture
def supervisor(timer: Timer) -> Iterator[Supervisor]:
    supervisor = Supervisor(now=timer)
    yield supervisor
    supervisor.stop_all()


def a_process(tmp_path: Path, name: str = "api", command: list[str] | None = None) -> ProductProcess:
    return ProductProcess(name, command or SLEEPS, dict(os.environ), tmp_path / f"{name}.log")


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def pid_of(process: ProductProcess) -> int:
    assert process.process is not None
    return process.process.pid


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def is_tied(pid: int) -> bool:
    """Whether setpriv has finished and the program itself runs.

    For a moment after its start a process has no command line at all.
    """
    command = Path(f"/proc/{pid}/cmdline").read_bytes()
    return bool(command) and b"setpriv" not in command


def kill(process: ProductProcess) -> None:
    os.kill(pid_of(process), signal.SIGKILL)
    wait_for(lambda: not process.alive())


def test_a_process_that_had_lived_for_a_while_is_started_again_at_once(supervisor, timer, tmp_path):
    api, other = a_process(tmp_path), a_process(tmp_path, "background")
    supervisor.start(api)
    supervisor.start(other)
    killed, untouched = pid_of(api), pid_of(other)
    timer.seconds = 5

    kill(api)
    supervisor.check()

    assert api.alive()
    assert (pid_of(api) != killed, pid_of(other)) == (True, untouched)


def test_a_process_that_died_at_its_start_is_started_again_after_a_pause(supervisor, timer, tmp_path):
    api = a_process(tmp_path)
    supervisor.start(api)

    kill(api)
    supervisor.check()
    timer.seconds = 0.4
    supervisor.check()
    is_up_too_soon = api.alive()
    timer.seconds = 0.5
    supervisor.check()

    assert not is_up_too_soon
    assert api.alive()


def test_kills_every_few_seconds_never_make_it_wait(supervisor, timer, tmp_path):
    background = a_process(tmp_path, "background")
    supervisor.start(background)

    for _ in range(5):
        timer.seconds += 5
        kill(background)
        supervisor.check()
        assert background.alive()


def test_what_dies_again_and_again_is_started_less_often_but_still_soon():
    assert [pause_before_restart(deaths) for deaths in (0, 1, 2, 3, 50)] == [0.0, 0.5, 1.0, 2.0, 2.0]


def test_two_background_processes_share_the_work(supervisor, tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr(ProductProcess, "start", lambda process: started.append(process.name))
    setting = a_setting(tmp_path)

    start_processes(supervisor, setting, "postgresql://restricted", backgrounds=BACKGROUND_PROCESSES)

    assert started == ["api", "background", "background-2"]


class Broken:
    """A service that cannot be started again."""

    name = "redis"

    def __init__(self) -> None:
        self.starts = 0

    def start(self) -> None:
        self.starts += 1
        if self.starts > 1:
            raise Failure("its port is taken.")

    def alive(self) -> bool:
        return False

    def stop(self) -> None:
        raise OSError("gone")


def test_what_cannot_be_started_again_is_tried_for_ever_and_does_not_stop_the_others(
    supervisor, timer, tmp_path
):
    broken, api = Broken(), a_process(tmp_path)
    supervisor.start(broken)
    supervisor.start(api)

    for _ in range(100):
        supervisor.check()
        timer.seconds += 0.1

    assert broken.starts == 7  # after 0.5, 1, 2, 2, 2 and 2 s, and the first time
    assert api.alive()
    supervisor.stop_all()
    assert not api.alive()


def test_a_first_start_that_fails_is_the_callers_and_all_is_stopped_anyway(supervisor, tmp_path):
    api, broken = a_process(tmp_path), Broken()
    broken.starts = 1
    supervisor.start(api)

    with pytest.raises(Failure):
        supervisor.start(broken)
    supervisor.stop_all()

    assert not api.alive()


RUNS_TWO = """
import os, signal, sys
from pathlib import Path
from deploy.local.console import command
from deploy.local.product import ProductProcess
from deploy.local.supervisor import Supervisor

def run():
    supervisor = Supervisor()
    try:
        for name in ("api", "background"):
            log = Path(sys.argv[1]) / name
            process = ProductProcess(name, ["-c", "import time; time.sleep(60)"], dict(os.environ), log)
            supervisor.start(process)
            print(process.process.pid, flush=True)
        supervisor.keep_running()
    finally:
        supervisor.stop_all()

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # else this fails under `nohup make test`
sys.exit(command(run))
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_however_it_ends_it_leaves_nothing_behind(tmp_path, how):
    runs = subprocess.Popen(
        [sys.executable, "-c", RUNS_TWO, str(tmp_path)], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
    )
    with runs:
        assert runs.stdout is not None
        children = [int(runs.stdout.readline()) for _ in range(2)]
        wait_for(lambda: all(is_tied(pid) for pid in children))

        runs.send_signal(how)
        code = runs.wait(10)

    wait_for(lambda: not any(is_there(pid) for pid in children))
    assert code == (-signal.SIGKILL if how is signal.SIGKILL else STOPPED)


def test_a_second_run_of_this_checkout_says_who_has_the_first(tmp_path):
    lock = try_lock(tmp_path / "supervisor.lock")
    assert lock is not None
    with lock:
        lock.write('{"pid": 7, "address": "http://127.0.0.1:8000", "host": "127.0.0.1", "port": 8000}')
        lock.flush()
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys; from pathlib import Path; from deploy.local import run;"
                "from deploy.local.console import command;"
                " run.RUN = Path(sys.argv[1]); sys.exit(command(run.run))",
                str(tmp_path),
            ],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )

    assert done.returncode == 1
    assert "already running, at http://127.0.0.1:8000 (pid 7)" in done.stderr
    assert "kill 7" in done.stderr


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root must not run servers as himself")


def real_uid_of(pid: int) -> int:
    (line,) = [one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith("Uid:")]
    return int(line.split()[1])


def test_an_ordinary_user_runs_the_servers_himself(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert server_account.__wrapped__() is None


@as_root
def test_started_as_root_the_servers_run_as_somebody_else():
    account = server_account()
    assert account is not None
    folder = Path(os.environ["TEST_SERVER_DIR"]) / f"account-{os.getpid()}"
    redis = Redis(folder, log=folder / "redis.log", password="geheim")

    redis.start()
    try:
        assert redis.process is not None
        pid = redis.process.pid
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        config = redis.data / "server.conf"
        assert real_uid_of(pid) == account.uid != 0
        assert b"geheim" not in command
        assert (config.stat().st_mode & 0o777, config.stat().st_uid) == (0o600, account.uid)
    finally:
        redis.stop()


def a_database(name: str) -> Postgres:
    folder = Path(os.environ["TEST_SERVER_DIR"]) / f"{name}-{os.getpid()}"
    return Postgres(folder, log=folder / "postgres.log", durable=False)


@as_root
def test_postgresql_itself_refuses_root_and_leaves_no_half_a_cluster(monkeypatch):
    database = a_database("as-root")
    monkeypatch.setattr(postgres, "server_account", lambda: None)

    with pytest.raises(Failure) as refusal:
        database.start()

    assert "cannot be run as root" in refusal.value.text()
    assert not database.data.exists()
    assert not list(database.data.parent.glob("*.password"))


def test_a_copied_checkout_does_not_start_on_the_data_of_the_other():
    first = a_database("shared")
    second = a_database("shared")

    first.start()
    try:
        with pytest.raises(Failure, match="another run works on"):
            second.start()
        assert first.alive()
    finally:
        first.stop()


def test_a_database_whose_starter_was_killed_is_ended_and_started_again():
    """Where nothing ties it to its starter it lives on."""
    database = a_database("orphan")
    database.start()
    assert database.process is not None
    assert database._lock is not None
    orphan = database.process.pid
    database._lock.close()  # as the death of its starter does
    again = a_database("orphan")
    again.password = database.password

    again.start()
    try:
        assert not is_there(orphan)
        assert again.query("select 1").strip() == "1"
    finally:
        again.stop()
        database.process.wait(10)
