"""Brigada's own processes: their environment, their start and their health.

There are two database URLs. The owner's is for migrations; the restricted role's is for the product. The
long-running processes get only the second one.
"""

import json
import os
import secrets
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.console import say
from deploy.local.environment import PYTHON
from deploy.local.failures import Failure
from deploy.local.places import CHECKOUT
from deploy.local.servers.process import Server, is_port_free, spawn
from deploy.local.supervisor import Supervisor

UVICORN_LOGGING = Path(__file__).with_name("uvicorn-logging.json")
HEALTHY_WITHIN_S = 60.0
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000
PORTS_TRIED = 100
BACKGROUND_PROCESSES = 2  # so that deadlines are still met when one dies
KEPT_SECRETS = ("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD")
PRIVATE_FILES = 0o077  # only this user may read photos, sign-in codes and logins
STEP_ADVICE = {
    "prepare-database": "If a revision is unknown, this data belongs to another version of Brigada: check that one\n"
    "out, or begin with an empty database (mv var/run/pg var/run/pg.old; not with your own DATABASE_URL).\n"
    "If a right is missing, DATABASE_URL must name a role that may create roles and extensions.\n"
    "If other processes use the database with another SECRET_KEY, two checkouts share it: set one key for both."
}
OWNER = "DATABASE_URL"
RESTRICTED = "APP_DATABASE_URL"
DEMO, NEW = "DEMO", "new"
"""`make run DEMO=new` makes another demo company, with a day that is of today."""


@dataclass(frozen=True)
class Setting:
    """Addresses, folders and settings of one running Brigada."""

    host: str
    port: int
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    folder: Path  # files, SMS, logs, demo logins
    is_private: bool = False  # removed afterwards; the user's own settings do not apply
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Address for a browser on this machine, even if the API listens on all interfaces."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def logins_file(self) -> Path:
        return self.folder / "demo-logins.json"

    @property
    def sms_file(self) -> Path:
        return self.folder / "sms.jsonl"

    def environment(self) -> dict[str, str]:
        """Environment of the preparing steps. The user's settings win over our defaults, unless `is_private`."""
        user = {
            key: value for key, value in os.environ.items() if not (self.is_private and key == RESTRICTED)
        }
        defaults = {
            "PUBLIC_URL": self.address,
            "FILES_URL": (self.folder / "files").as_uri(),
            "SMS_PROVIDER": "file",
            "SMS_FILE": str(self.sms_file),
        }
        fixed = {
            OWNER: self.database_url,
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": self.secret_key,
            "HOST": self.host,
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
        }
        chosen = {**user, **defaults} if self.is_private else {**defaults, **user}
        return {**chosen, **fixed, **self.more}

    def log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"


class ProductProcess(Server):
    """The API or a background process. It counts as ready when it runs; see also `wait_until_healthy`."""

    port_count = 0
    endings = ((signal.SIGTERM, 15.0),)  # running requests and jobs get some seconds to finish

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        super().__init__(log)
        self.name = name
        self._command = [str(PYTHON), *command]
        self._environment = environment

    def launch(self) -> subprocess.Popen[bytes]:
        return spawn(self._command, log=self.log, env=self._environment, cwd=CHECKOUT, umask=PRIVATE_FILES)

    def is_ready(self) -> bool:
        return True


def new_secret() -> str:
    """64 hex digits, as SECRET_KEY needs them."""
    return secrets.token_hex(32)


def kept_secrets(file: Path) -> dict[str, str]:
    """SECRET_KEY and the passwords of this checkout's own servers. Missing ones are added to the file.

    The database keeps its password with its data. So without this file the data cannot be opened.
    """
    lines = file.read_text().splitlines() if file.exists() else []
    known = dict(line.split("=", 1) for line in lines if "=" in line)
    kept = {name: known.get(name) or new_secret() for name in KEPT_SECRETS}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.chmod(0o600)
    if kept != known:
        file.write_text("".join(f"{name}={value}\n" for name, value in kept.items()))
    return kept


def choose_port(host: str, wanted: str | None) -> int:
    """`wanted`, or 8000 or the next free port if it is None. Raises Failure if `wanted` is taken."""
    if wanted:
        if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
            raise Failure(f"PORT={wanted} is not a port.", todo="Give a number from 1 to 65535.")
        if not is_port_free(int(wanted), host):
            raise Failure(
                f"port {wanted} is taken by another program (or not ours to use).",
                todo=f"See who has it (ss -ltnp 'sport = :{wanted}'), or choose another: make run PORT=8080",
            )
        return int(wanted)
    for port in range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TRIED):
        if is_port_free(port, host):
            return port
    raise Failure(
        f"no port from {DEFAULT_PORT} to {DEFAULT_PORT + PORTS_TRIED - 1} is free at {host}.",
        todo="Choose one: make run PORT=12345. If HOST is set, it must be an address of this machine.",
    )


def prepare_database(setting: Setting) -> str:
    """Make roles and extensions and run migrations. Returns the URL of the restricted role.

    A second run changes nothing. The URL is the last line of the step's output; only the lines before
    it go to the log.
    """
    printed = _step(setting, "prepare-database", ["prepare-database"]).splitlines()
    key, _, url = (printed or [""])[-1].partition("=")
    if key != RESTRICTED or not url:
        raise Failure(
            f"`app.cli prepare-database` did not end with a line {RESTRICTED}=…",
            log=setting.log("prepare-database"),
        )
    return url


def distribute(setting: Setting) -> None:
    """Distribute a prepared database over the nodes of its Citus cluster. A second run moves nothing."""
    _step(setting, "distribute", ["distribute"])


def seed_demo(setting: Setting, restricted_url: str) -> None:
    """Make the demo company, if there is none or a new one is wanted, and the file with its logins."""
    is_new_wanted = os.environ.get(DEMO) == NEW
    if is_new_wanted or not setting.logins_file.exists():
        say("demo company", "living through its last days, which takes one to two minutes")
    arguments = ["seed-demo", "--logins", str(setting.logins_file), *(["--anew"] if is_new_wanted else [])]
    _step(setting, "seed-demo", arguments, restricted_url)


def bring_up(supervisor: Supervisor, setting: Setting, *, with_demo_company: bool) -> None:
    """Start the whole product on running servers: schema, demo company and processes. Waits until it is healthy."""
    say("database", "migrating")
    restricted_url = prepare_database(setting)
    if with_demo_company:
        seed_demo(setting, restricted_url)
    say("api", f"starting, with {BACKGROUND_PROCESSES} background processes")
    start_processes(supervisor, setting, restricted_url, backgrounds=BACKGROUND_PROCESSES)
    wait_until_healthy(supervisor, setting)


def start_processes(
    supervisor: Supervisor, setting: Setting, restricted_url: str, *, backgrounds: int = 1
) -> None:
    """Start the API and the background processes. None of them gets the owner's URL.

    Their names are `api`, `background`, `background-2` and so on.
    """
    environment = {**setting.environment(), RESTRICTED: restricted_url}
    del environment[OWNER]
    uvicorn = ["-m", "uvicorn", "app.main:create_app", "--factory"]
    uvicorn += ["--host", setting.host, "--port", str(setting.port)]
    # The API writes its own request log. With an empty logging set-up it also writes uvicorn's messages.
    uvicorn += [
        "--no-access-log",
        "--log-config",
        str(UVICORN_LOGGING),
        "--no-server-header",
        "--no-proxy-headers",
    ]
    uvicorn += ["--timeout-graceful-shutdown", "5"]  # live channels never end on their own
    supervisor.start(ProductProcess("api", uvicorn, environment, setting.log("api")))
    for name in ["background", *(f"background-{number}" for number in range(2, backgrounds + 1))]:
        supervisor.start(ProductProcess(name, ["-m", "app.worker"], environment, setting.log(name)))


def wait_until_healthy(supervisor: Supervisor, setting: Setting) -> None:
    """Wait until /health/ready answers 200. A process that dies is reported and not restarted."""
    deadline = time.monotonic() + HEALTHY_WITHIN_S
    while (unwell := ask_health(setting.address)) is not None:
        dead = supervisor.first_dead()
        if dead is not None:
            raise Failure(f"{dead.name} ended right after its start.", log=dead.log)
        if time.monotonic() > deadline:
            raise Failure(
                f"not healthy after {HEALTHY_WITHIN_S:.0f} s: {unwell.said}",
                todo=f"Look into the logs in {setting.folder / 'logs'}.",
                log=_telling_log(setting, unwell),
            )
        time.sleep(0.2)


@dataclass(frozen=True)
class Unwell:
    """The complaints of /health/ready: as text, and the names of the failed checks. No names if it did not answer."""

    said: str
    checks: tuple[str, ...] = ()


def ask_health(address: str) -> Unwell | None:
    """Ask /health/ready once. None means healthy."""
    try:
        with urllib.request.urlopen(f"{address}/health/ready", timeout=5):
            return None
    except urllib.error.HTTPError as refusal:
        return _unwell(refusal.read())
    except OSError as error:
        return Unwell(f"nobody answers at {address} ({error})")


def _unwell(body: bytes) -> Unwell:
    try:
        failing = {name: state for name, state in json.loads(body)["checks"].items() if state != "ok"}
    except (ValueError, KeyError, TypeError, AttributeError):
        return Unwell(body.decode("utf-8", "replace")[:300])
    return Unwell(", ".join(f"{name} is {state}" for name, state in failing.items()), tuple(failing))


def _telling_log(setting: Setting, unwell: Unwell) -> Path:
    """The log that says most about the failure. If a database refuses us, that is its own log."""
    for check, log in {"database": "postgres", "redis": "redis", "background": "background"}.items():
        if check in unwell.checks and setting.log(log).exists():
            return setting.log(log)
    return setting.log("api")


def _step(setting: Setting, name: str, arguments: Sequence[str], restricted_url: str = "") -> str:
    """Run one command of the product to its end. Returns its output."""
    environment = setting.environment()
    if restricted_url:
        environment[RESTRICTED] = restricted_url
    log = setting.log(name)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        done = subprocess.run(
            [PYTHON, "-m", "app.cli", *arguments],
            env=environment,
            cwd=CHECKOUT,
            umask=PRIVATE_FILES,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=out,
            text=True,
            check=False,
        )
        harmless = [line for line in done.stdout.splitlines(True) if not line.startswith(RESTRICTED)]
        out.write("".join(harmless).encode())
    if done.returncode:
        raise Failure(
            f"`app.cli {name}` failed (exit code {done.returncode}).", todo=STEP_ADVICE.get(name, ""), log=log
        )
    return done.stdout
