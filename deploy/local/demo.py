"""`make demo`: the eight steps of the main job, played over HTTP against a Brigada of its own.

    python3 -m deploy.local.demo                 SMS go to a file
    SMS=kannel python3 -m deploy.local.demo      SMS go through a real Kannel to a fake SMS centre

The servers, the API and the background process live in var/demo-run and are gone afterwards; the
PDFs, photos and the signature stay in var/demo. Works beside `make run`.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.local import environment, packages, product
from deploy.local.console import complain, say
from deploy.local.failures import Failure
from deploy.local.foreground import STOPPED, run_to_end
from deploy.local.places import VAR, throw_away
from deploy.local.preparing import prepare
from deploy.local.private_servers import PrivateServers, private_servers
from deploy.local.secret_file import new_secrets
from deploy.local.servers import Kannel
from deploy.local.servers.process import free_port
from deploy.local.signals import StopRequested, stop_on_signals, undisturbed
from deploy.local.supervisor import Supervisor

OUT = VAR / "demo"
DATABASE = "brigada"
SMS_WAYS = ("file", "kannel")


def main(arguments: Sequence[str]) -> int:
    """The demo's own exit code; 1 when it could not be set up, 130 when stopped."""
    stop_on_signals()
    try:
        return play(os.environ.get("SMS") or "file", arguments)
    except Failure as failure:
        complain(failure.text())
        return 1
    except StopRequested:
        return STOPPED


def play(sms: str, arguments: Sequence[str]) -> int:
    """Set everything up, play, put everything away."""
    if sms not in SMS_WAYS:
        raise Failure(f"SMS={sms} is not known.", todo=f"One of: {', '.join(SMS_WAYS)}")
    needs = [packages.POSTGRES, packages.PDF, packages.FONTS]
    if sms == "kannel":
        needs.append(packages.KANNEL)
    prepare(environment.Lock.DEVELOPMENT, *needs)
    with throw_away("demo-run") as folder, private_servers(folder, durable=True) as servers:
        supervisor = Supervisor()
        try:
            with _gateway(sms, folder) as kannel:
                setting = _setting(folder, servers, _gateway_settings(kannel))
                _bring_up(supervisor, setting)
                command = ["-m", "demo", "--url", setting.address, "--out", str(OUT), *arguments]
                received = kannel.received_file if kannel else None
                return run_to_end([environment.PYTHON, *command], _demo_environment(setting, received))
        finally:
            with undisturbed():
                supervisor.stop_all()


def _setting(folder: Path, servers: PrivateServers, gateway: dict[str, str]) -> product.Setting:
    servers.postgres.ensure_database(DATABASE)
    return product.Setting(
        host=product.DEFAULT_HOST,
        port=free_port(),
        database_url=servers.postgres.url(DATABASE),
        redis_url=servers.redis.url(),
        secret_key=new_secrets().secret_key,
        folder=folder,
        is_private=True,
        more=gateway,
    )


def _bring_up(supervisor: Supervisor, setting: product.Setting) -> None:
    say("database", "migrating")
    restricted_url = product.prepare_database(setting)
    product.seed_demo(setting, restricted_url)
    product.start_processes(supervisor, setting, restricted_url)
    product.wait_until_healthy(supervisor, setting)
    say("demo", f"a fresh Brigada is up at {setting.address}; it plays now, results in {OUT}")


def _demo_environment(setting: product.Setting, received: Path | None) -> dict[str, str]:
    """The demo is a client: it learns where SMS land, and nothing that would let it go round the API."""
    servers = (product.OWNER, product.RESTRICTED, "REDIS_URL", "SECRET_KEY")
    told = {key: value for key, value in os.environ.items() if key not in servers}
    told |= {"SMS_FILE": str(setting.sms_file), "DEMO_LOGINS": str(setting.logins_file)}
    if received:
        told["KANNEL_RECEIVED"] = str(received)
    return told | {"PYTHONUNBUFFERED": "1"}


@contextmanager
def _gateway(sms: str, folder: Path) -> Iterator[Kannel | None]:
    """Kannel when it is wanted."""
    if sms != "kannel":
        yield None
        return
    kannel = Kannel(folder / "kannel")
    try:
        kannel.start()
        say("kannel", f"the gateway takes messages at {kannel.sendsms_url}")
        yield kannel
    finally:
        with undisturbed():
            kannel.stop()


def _gateway_settings(kannel: Kannel | None) -> dict[str, str]:
    if kannel is None:
        return {}
    return {
        "SMS_PROVIDER": "kannel",
        "KANNEL_URL": kannel.sendsms_url,
        "KANNEL_USERNAME": kannel.username,
        "KANNEL_PASSWORD": kannel.password,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
