"""`make screenshots`: takes the pictures of the README from a Brigada of its own, which is removed afterwards.

python3 -m deploy.local.screenshots [folder]      docs/pictures if none is named
"""

import os
import shutil
import sys
from collections.abc import Sequence

from deploy.local import faces, packages, product
from deploy.local.console import command, say
from deploy.local.environment import PYTHON, Lock, prepare
from deploy.local.failures import Failure
from deploy.local.places import CHECKOUT
from deploy.local.servers.process import free_port, run_to_end
from deploy.local.supervisor import Supervisor
from deploy.local.throw_away import throw_away_servers

DATABASE = "brigada"
OUT = CHECKOUT / "docs" / "pictures"


def take(arguments: Sequence[str]) -> int:
    """Returns the exit code of `demo.screenshots`, or 130 when stopped."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        raise Failure("Chromium is missing.", todo="Install it: apt-get install chromium (or set CHROMIUM)")
    prepare(Lock.DEVELOPMENT, packages.POSTGRES, packages.PDF, packages.FONTS)
    faces.ensure()
    with throw_away_servers("demo", durable=False) as servers:
        servers.postgres.ensure_database(DATABASE)
        setting = product.Setting(
            host=product.DEFAULT_HOST,
            port=free_port(),
            database_url=servers.postgres.url(DATABASE),
            redis_url=servers.redis.url(),
            secret_key=product.new_secret(),
            folder=servers.folder,
            is_private=True,
        )
        supervisor = Supervisor()
        try:
            product.bring_up(supervisor, setting, with_demo_company=True)
            say("screenshots", f"a Brigada is up at {setting.address}; its screens are photographed")
            files = ["--logins", str(setting.logins_file), "--sms", str(setting.sms_file)]
            out = ["--out", arguments[0] if arguments else str(OUT)]
            shot = [str(PYTHON), "-m", "demo.screenshots", "--url", setting.address, *files, *out]
            return run_to_end(shot, {**os.environ, "CHROMIUM": chromium})
        finally:
            supervisor.stop_all()


if __name__ == "__main__":
    sys.exit(command(lambda: take(sys.argv[1:])))
