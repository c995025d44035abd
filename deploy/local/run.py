"""`make run`: sets up and runs a whole Brigada on this machine until Ctrl-C. The data stays in var/run.

PORT=8080 HOST=0.0.0.0     where to listen
DEMO=new                   make another demo company, whose day is today
DATABASE_URL, REDIS_URL    use this server instead of a private one (you can set only one of them)
"""

import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from deploy.local import faces, packages, product
from deploy.local.console import command, elapsed, say, show
from deploy.local.environment import Lock, prepare
from deploy.local.failures import Failure
from deploy.local.places import CHECKOUT, VAR, try_lock
from deploy.local.servers import Postgres, Redis
from deploy.local.servers.process import is_port_free
from deploy.local.supervisor import Supervisor

RUN = VAR / "run"
DATABASE = "brigada"
LONGEST_LOG = 20_000_000


def run() -> int:
    """Returns 0 if somebody stopped it while it was up. Raises Failure if it could not start."""
    supervisor = Supervisor()
    is_up = False
    with _only_one() as lock:
        try:
            bring_up(supervisor, lock)
            is_up = True
            supervisor.keep_running()
        except KeyboardInterrupt:
            if not is_up:
                raise
            say("stop", "stopping everything; the data stays in var/run")
        finally:
            supervisor.stop_all()
            lock.truncate(0)
    return 0


def bring_up(supervisor: Supervisor, lock: IO[str]) -> None:
    """Do everything from a bare machine to the printed address."""
    _roll_logs()
    given = {name: os.environ.get(name) for name in ("DATABASE_URL", "REDIS_URL")}
    for name, url in given.items():
        if url:
            _require_answer(name, url)
    needs = [packages.PDF, packages.FONTS]
    prepare(Lock.RUN, *needs if given["DATABASE_URL"] else [packages.POSTGRES, *needs])
    faces.ensure_if_possible()
    host = os.environ.get("HOST") or product.DEFAULT_HOST
    port = product.choose_port(host, os.environ.get("PORT"))
    if port != product.DEFAULT_PORT and not os.environ.get("PORT"):
        say("api", f"port {product.DEFAULT_PORT} is taken by another program: using {port}")
    secrets = product.kept_secrets(RUN / "secrets.env")
    setting = product.Setting(
        host=host,
        port=port,
        database_url=given["DATABASE_URL"] or _private_database(supervisor, secrets["POSTGRES_PASSWORD"]),
        redis_url=given["REDIS_URL"] or _private_redis(supervisor, secrets["REDIS_PASSWORD"]),
        secret_key=os.environ.get("SECRET_KEY") or secrets["SECRET_KEY"],
        folder=RUN,
    )
    _note(lock, setting)
    product.bring_up(supervisor, setting, with_demo_company=True)
    _welcome(setting)


@contextmanager
def _only_one() -> Iterator[IO[str]]:
    """Hold the lock of this checkout's `make run`. The lock file says which process holds it and its address."""
    lock = try_lock(RUN / "supervisor.lock")
    if lock is None:
        raise _already_running()
    with lock:
        _wait_for_port_of_killed_run()
        yield lock


def _roll_logs() -> None:
    """Rename logs that have become long. The older one is removed."""
    for log in (RUN / "logs").glob("*.log"):
        if log.stat().st_size > LONGEST_LOG:
            log.replace(log.with_suffix(".log.1"))


def _holder() -> dict[str, object]:
    try:
        holder = json.loads((RUN / "supervisor.lock").read_text())
    except (OSError, ValueError):
        return {}
    return holder if isinstance(holder, dict) else {}


def _already_running() -> Failure:
    holder = _holder()
    where = f"at {holder['address']} (pid {holder['pid']})" if holder else "or just starting"
    return Failure(
        f"Brigada of this checkout is already running, {where}.",
        todo="Use that one, or stop it with Ctrl-C in its terminal"
        + (f" (or: kill {holder['pid']})." if holder else "."),
    )


def _wait_for_port_of_killed_run() -> None:
    """Wait for the old API after a `kill -9`. It takes a moment to end, and we would choose another port."""
    holder = _holder()
    deadline = time.monotonic() + 8
    while holder and time.monotonic() < deadline:
        if is_port_free(int(str(holder["port"])), str(holder["host"])):
            return
        time.sleep(0.1)


def _note(lock: IO[str], setting: product.Setting) -> None:
    lock.truncate(0)
    holder = {"pid": os.getpid(), "address": setting.address, "host": setting.host, "port": setting.port}
    lock.write(json.dumps(holder))
    lock.flush()


def _private_database(supervisor: Supervisor, password: str) -> str:
    postgres = Postgres(RUN / "pg", log=RUN / "logs" / "postgres.log", password=password)
    state = "with the data of last time" if postgres.data.exists() else "new, empty"
    supervisor.start(postgres)
    postgres.ensure_database(DATABASE)
    say("postgres", f"{postgres.version} on port {postgres.port}, {state}, in {postgres.data}")
    return postgres.url(DATABASE)


def _private_redis(supervisor: Supervisor, password: str) -> str:
    redis = Redis(RUN / "redis", log=RUN / "logs" / "redis.log", password=password)
    supervisor.start(redis)
    say("redis", f"on port {redis.port}")
    return redis.url()


def _require_answer(name: str, url: str) -> None:
    """Check that a server which somebody named answers. The product checks later whether we may sign in."""
    parts = urlsplit(url)
    port = parts.port or {"DATABASE_URL": 5432, "REDIS_URL": 6379}[name]
    if not parts.hostname:
        return  # a unix socket
    try:
        socket.create_connection((parts.hostname, port), 5).close()
    except OSError as error:
        raise Failure(
            f"{name} names {parts.hostname}:{port}, and nobody answers there ({error}).",
            todo=f"Start that server, correct {name}, or unset it to get a private one.",
        ) from error
    say("servers", f"{name} is set: using {parts.hostname}:{port}")


def _welcome(setting: product.Setting) -> None:
    """Print the address and the logins, as the last thing."""
    show()
    show(f"Brigada is up after {elapsed():.0f} s:")
    show(f"  Console of the office:     {setting.address}/console/")
    show(f"  App of the installers:     {setting.address}/field/")
    show(f"  API and its documentation: {setting.address}/docs")
    for line in demo_logins(setting.logins_file):
        show(f"  {line}")
    environ = setting.environment()
    if environ["SMS_PROVIDER"] == "file":
        sms_file = Path(environ["SMS_FILE"])
        shown = sms_file.relative_to(CHECKOUT) if sms_file.is_relative_to(CHECKOUT) else sms_file
        show(f"  SMS are not sent but written to {shown} (tail -F {shown}); the sign-in codes too")
    show(f"  Logs: {(setting.folder / 'logs').relative_to(CHECKOUT)}/")
    show("  Stop: Ctrl-C (the data stays; start again with the same command)")
    show()


def demo_logins(file: Path) -> list[str]:
    """The people of the demo company, one line each. Empty if there is no such file."""
    try:
        demo = json.loads(file.read_text())
    except (OSError, ValueError):
        return []
    lines = [f"Demo company: {demo.get('company', '')}"]
    if (made_on := str(demo.get("made_at", ""))[:10]) != datetime.now(UTC).date().isoformat():
        lines.append(
            f"  its days end at {made_on or 'no day'}; one of today: make run {product.DEMO}={product.NEW}"
        )
    for person in demo.get("office", []):
        lines.append(f"  {person['role']:<15} {person['email']:<24} password: {person['password']}")
    for person in demo.get("workers", []):
        lines.append(
            f"  {person['role']:<15} {person['phone']:<24} {person['name']}, signs in by an SMS code"
        )
    return lines


if __name__ == "__main__":
    sys.exit(command(run))
