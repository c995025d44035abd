"""`make demo`: plays the eight steps of the main job over HTTP, and what comes a year later.

It starts its own Brigada for that. Between the two acts everything is stopped and starts again with a clock that is
a year ahead, on the same data.

    python3 -m deploy.local.demo                 SMS go to a file
    SMS=kannel python3 -m deploy.local.demo      SMS go through a real Kannel to a fake SMS centre
    CITUS_URL=… python3 -m deploy.local.demo     in this database on a Citus coordinator, which it prepares
                                                 and distributes; what it leaves there stays

At the end the servers, the API and the background processes are removed. The PDFs, photos and the
signature stay in var/demo. It can run at the same time as `make run`.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

from deploy.local import faces, faked_time, packages, product
from deploy.local.console import command, say
from deploy.local.environment import PYTHON, Lock, prepare
from deploy.local.failures import Failure
from deploy.local.places import VAR
from deploy.local.servers import Kannel
from deploy.local.servers.process import free_port, run_to_end
from deploy.local.supervisor import Supervisor
from deploy.local.throw_away import ThrowAwayServers, throw_away_servers

OUT = VAR / "demo"
DATABASE = "brigada"
SMS_WAYS = ("file", "kannel")
CITUS_URL = "CITUS_URL"
MAIN_JOB, YEAR_LATER = "main-job", "a-year-later"
YEAR = timedelta(days=366)


def play(sms: str, arguments: Sequence[str]) -> int:
    """Set everything up, play the demo and clean up. Returns the demo's exit code, or 130 when stopped."""
    if sms not in SMS_WAYS:
        raise Failure(f"SMS={sms} is not known.", todo=f"One of: {', '.join(SMS_WAYS)}")
    gateway = [packages.KANNEL] if sms == "kannel" else []
    prepare(Lock.DEVELOPMENT, packages.POSTGRES, packages.PDF, packages.FONTS, packages.FAKETIME, *gateway)
    faces.ensure_if_possible()
    with throw_away_servers("demo", durable=True) as servers, ExitStack() as stops:
        kannel = Kannel(servers.folder / "kannel") if sms == "kannel" else None
        if kannel:
            stops.callback(kannel.stop)
            kannel.start()
            say("kannel", f"the gateway takes messages at {kannel.sendsms_url}")
        setting = _setting(servers, kannel)
        if os.environ.get(CITUS_URL):
            say("database", "distributing")
            product.prepare_database(setting)
            product.distribute(setting)
        code = _play_act(MAIN_JOB, setting, kannel, arguments)
        if code or os.environ.get(CITUS_URL):  # we cannot set the clock of a cluster that is not ours
            return code
        with _a_year_later(servers):
            return _play_act(YEAR_LATER, setting, kannel, arguments)


def _play_act(act: str, setting: product.Setting, kannel: Kannel | None, arguments: Sequence[str]) -> int:
    supervisor = Supervisor()
    try:
        product.bring_up(supervisor, setting, with_demo_company=False)
        say("demo", f"a Brigada is up at {setting.address}; it plays now, results in {OUT}")
        demo = [str(PYTHON), "-m", "demo", "--url", setting.address, "--out", str(OUT), "--act", act]
        return run_to_end([*demo, *arguments], _demo_environment(setting, kannel))
    finally:
        supervisor.stop_all()


@contextmanager
def _a_year_later(servers: ThrowAwayServers) -> Iterator[None]:
    """Start the servers again with a clock that is a year ahead. So do all processes that we start from now on."""
    library = faked_time.find_library()
    if library is None:
        raise Failure("libfaketime is missing.", todo="Install it: apt-get install faketime")
    for server in (servers.redis, servers.postgres):
        server.stop()
    before = {name: os.environ.get(name) for name in faked_time.VARIABLES}
    os.environ.update(faked_time.starting_at(datetime.now(UTC) + YEAR, library))
    try:
        for server in (servers.postgres, servers.redis):
            server.start()
        say("servers", "up again, on the same data, with a clock that is a year ahead")
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            os.environ.update({name: value} if value is not None else {})


def _setting(servers: ThrowAwayServers, kannel: Kannel | None) -> product.Setting:
    servers.postgres.ensure_database(DATABASE)
    gateway = kannel and {
        "SMS_PROVIDER": "kannel",
        "KANNEL_URL": kannel.sendsms_url,
        "KANNEL_USERNAME": kannel.username,
        "KANNEL_PASSWORD": kannel.password,
    }
    return product.Setting(
        host=product.DEFAULT_HOST,
        port=free_port(),
        database_url=os.environ.get(CITUS_URL) or servers.postgres.url(DATABASE),
        redis_url=servers.redis.url(),
        secret_key=product.new_secret(),
        folder=servers.folder,
        is_private=True,
        more=gateway or {},
    )


def _demo_environment(setting: product.Setting, kannel: Kannel | None) -> dict[str, str]:
    """The demo is a client. It learns where SMS arrive, but nothing that would let it bypass the API."""
    servers = (product.OWNER, product.RESTRICTED, CITUS_URL, "REDIS_URL", "SECRET_KEY")
    told = {key: value for key, value in os.environ.items() if key not in servers}
    told |= {"SMS_FILE": str(setting.sms_file)}
    if kannel:
        told["KANNEL_RECEIVED"] = str(kannel.received_file)
    return told | {"PYTHONUNBUFFERED": "1"}


if __name__ == "__main__":
    sys.exit(command(lambda: play(os.environ.get("SMS") or "file", sys.argv[1:])))
