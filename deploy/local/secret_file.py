"""Secrets of this checkout's own servers: made once, kept in `var/run/secrets.env` (0600)."""

import secrets
from dataclasses import dataclass
from pathlib import Path

_NAMES = {"SECRET_KEY": 32, "POSTGRES_PASSWORD": 16, "REDIS_PASSWORD": 16}  # name: bytes


@dataclass(frozen=True)
class Secrets:
    """SECRET_KEY signs what the product hands out; the other two open the private servers."""

    secret_key: str
    postgres_password: str
    redis_password: str


def new_secrets() -> Secrets:
    """Fresh ones, for servers that live for one run."""
    return Secrets(*(secrets.token_hex(size) for size in _NAMES.values()))


def kept_secrets(file: Path) -> Secrets:
    """What the file says; what it does not say is made up and written into it.

    The database keeps its password with its data, so a lost file means a lost key: whoever deletes
    it deletes the data as well.
    """
    known = _read(file)
    missing = [name for name in _NAMES if not known.get(name)]
    for name in missing:
        known[name] = secrets.token_hex(_NAMES[name])
    if missing:
        file.touch(mode=0o600)
        file.chmod(0o600)
        file.write_text("".join(f"{name}={known[name]}\n" for name in known))
    return Secrets(*(known[name] for name in _NAMES))


def _read(file: Path) -> dict[str, str]:
    try:
        lines = file.read_text().splitlines()
    except FileNotFoundError:
        return {}
    return {name: value for name, mark, value in (line.partition("=") for line in lines) if mark}
