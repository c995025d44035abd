"""The API's Python client, generated from `openapi/openapi.json` by openapi-python-client.

It is not in the repository. It is generated once for each version of the contract, in a few seconds.
"""

import fcntl
import hashlib
import importlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

CHECKOUT = Path(__file__).parents[1]
CONTRACT = CHECKOUT / "openapi" / "openapi.json"
CACHE = CHECKOUT / "var" / "client"
PACKAGE = "brigada_client"


class ClientNotGenerated(Exception):
    """The generator failed or warned. The message is its output."""


def load_client() -> ModuleType:
    """Import the package `brigada_client` for the present contract from var/client; generate it if needed."""
    folder = CACHE / hashlib.sha256(CONTRACT.read_bytes()).hexdigest()[:16]
    with _one_at_a_time():
        if not (folder / PACKAGE).exists():
            generate_client(folder)
    sys.path.insert(0, str(folder))
    return importlib.import_module(PACKAGE)


def generate_client(target: Path) -> None:
    """Generate the package `brigada_client` in the folder `target`.

    Raises:
        ClientNotGenerated: the generator failed, or warned about a part of the contract.
    """
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target) as folder:
        config = Path(folder) / "config.json"
        config.write_text(json.dumps(_config()))
        made = Path(folder) / PACKAGE
        command = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning"]
        options = [
            "--path",
            str(CONTRACT),
            "--config",
            str(config),
            "--meta",
            "none",
            "--output-path",
            str(made),
        ]
        done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
        if done.returncode:
            raise ClientNotGenerated(done.stdout + done.stderr)
        made.rename(target / PACKAGE)


def _config() -> dict[str, object]:
    """Configure the generator to treat every type of file as bytes."""
    return {
        "package_name_override": PACKAGE,
        "post_hooks": [],
        "content_type_overrides": dict.fromkeys(_kinds_of_files(), "application/octet-stream"),
    }


def _kinds_of_files() -> set[str]:
    document = json.loads(CONTRACT.read_text(encoding="utf-8"))
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    answers = [answer for operation in operations for answer in operation["responses"].values()]
    kinds = {kind for answer in answers for kind in answer.get("content", {})}
    return {kind for kind in kinds if not kind.startswith("text/") and not kind.endswith("json")}


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let one process at a time generate: several test processes need the same client."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
