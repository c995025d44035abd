"""The API's Python client, generated from `openapi/openapi.json` by openapi-python-client.

Nothing of it is kept in the repository: whoever wants it generates it (a few seconds), once for each
version of the contract.
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
    """The generator failed or warned; the message is what it said."""


def load_client() -> ModuleType:
    """The package `brigada_client` of the present contract, imported from var/client."""
    folder = CACHE / hashlib.sha256(CONTRACT.read_bytes()).hexdigest()[:16]
    with _one_at_a_time():
        if not (folder / PACKAGE).exists():
            generate_client(folder)
    sys.path.insert(0, str(folder))
    return importlib.import_module(PACKAGE)


def generate_client(target: Path) -> None:
    """Put the package `brigada_client` into the folder `target`.

    Raises:
        ClientNotGenerated: the contract cannot be understood completely; a warning is enough.
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
    """Files are bytes to the client, whatever kind of file they are."""
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
    """Several test processes ask for the same client at once."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
