"""Keeps the last outcome of every test that covers a requirement: `var/requirements/last-run.json`."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

Outcomes = dict[str, str]
"""Node id (with parameters) -> passed, failed or skipped."""

FILE = Path("var/requirements/last-run.json")


def read_outcomes(file: Path = FILE) -> Outcomes:
    try:
        outcomes: Outcomes = json.loads(file.read_text(encoding="utf-8"))["outcomes"]
    except FileNotFoundError:
        return {}
    return outcomes


def record_outcomes(new: Mapping[str, str], *, whole_suite: bool, file: Path = FILE) -> None:
    """Keep what a run found. Only a run of the whole suite forgets the tests that it did not meet.

    Runs side by side in one checkout wait for each other, so that none loses the other's results.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with _locked(file.with_suffix(".lock")):
        known = {} if whole_suite else read_outcomes(file)
        outcomes = dict(sorted({**known, **new}.items()))
        fresh = file.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps({"outcomes": outcomes}, indent=1) + "\n", encoding="utf-8")
        fresh.replace(file)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
