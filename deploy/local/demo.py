"""`make demo`: plays the eight steps of the main job over HTTP. It starts its own Brigada for that.

    python3 -m deploy.local.demo                 SMS go to a file
    SMS=kannel python3 -m deploy.local.demo      SMS go through a real Kannel to a fake SMS centre
    CITUS_URL=… python3 -m deploy.local.demo     in this database on a Citus coordinator, which it prepares
                                                 and distributes; what it leaves there stays

At the end the servers, the API and the background processes are removed. The PDFs, photos and the
signature stay in var/demo. It can run at the same time as `make run`.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack

from deploy.local import packages, product
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


def play(sms: str, arguments: Sequence[str]) -> int:
    """Set everything up, play the demo and clean up. Returns the demo's exit code, or 130 when stopped."""
    if sms not in SMS_WAYS:
        raise Failure(f"SMS={sms} is not known.", todo=f"One of: {', '.join(SMS_WAYS)}")
    gateway = [packages.KANNEL] if sms == "kannel" else []
    prepare(Lock.DEVELOPMENT, packages.POSTGRES, packages.PDF, packages.FONTS, *gateway)
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
        supervisor = Supervisor()
        stops.callback(supervisor.stop_all)
        product.bring_up(supervisor, setting)
        say("demo", f"a fresh Brigada is up at {setting.address}; it plays now, results in {OUT}")
        demo = [str(PYTHON), "-m", "demo", "--url", setting.address, "--out", str(OUT), *arguments]
        return run_to_end(demo, _demo_environment(setting, kannel))


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
    told |= {"SMS_FILE": str(setting.sms_file), "DEMO_LOGINS": str(setting.logins_file)}
    if kannel:
        told["KANNEL_RECEIVED"] = str(kannel.received_file)
    return told | {"PYTHONUNBUFFERED": "1"}


if __name__ == "__main__":
    sys.exit(command(lambda: play(os.environ.get("SMS") or "file", sys.argv[1:])))
