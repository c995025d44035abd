"""The servers Brigada talks to, as small classes with `start`, `alive` and `stop`.

Each keeps everything in the folder it is given and listens on 127.0.0.1 only, so any number of
them run side by side. Usable from test fixtures:

    kannel = Kannel(tmp_path / "kannel")
    kannel.start()
    try:
        ...  # kannel.sendsms_url, kannel.username, kannel.password, kannel.received()
    finally:
        kannel.stop()

Start them from a thread that lives as long as they should: on Linux they are told to end when the
thread that started them does (so a `kill -9` of the starter leaves nothing behind).
"""

from deploy.local.servers.kannel import Kannel, ReceivedSms
from deploy.local.servers.postgres import Postgres
from deploy.local.servers.redis import Redis
from deploy.local.servers.seaweedfs import SeaweedFS

__all__ = ["Kannel", "Postgres", "ReceivedSms", "Redis", "SeaweedFS"]
