"""The servers Brigada talks to, as small classes with `start`, `alive` and `stop`.

Each keeps everything in its own folder and listens only on 127.0.0.1, so any number of them can run at
the same time. Test fixtures can use them too:

    kannel = Kannel(tmp_path / "kannel")
    kannel.start()
    try:
        ...  # kannel.sendsms_url, kannel.username, kannel.password, kannel.received()
    finally:
        kannel.stop()

Start a server from a thread that lives at least as long. On Linux a server ends when the thread that
started it ends, so a `kill -9` of the starter leaves no process behind.
"""

from deploy.local.servers.kannel import Kannel, ReceivedSms
from deploy.local.servers.postgres import Postgres
from deploy.local.servers.redis import Redis
from deploy.local.servers.seaweedfs import SeaweedFS

__all__ = ["Kannel", "Postgres", "ReceivedSms", "Redis", "SeaweedFS"]
