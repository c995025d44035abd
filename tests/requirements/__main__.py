"""`python -m tests.requirements`: prints requirement -> tests -> last result, and writes docs/requirements.md.

It runs no test. It collects the tests and reads the results of earlier runs. `--check` writes nothing and exits
with 1 if the file is not up to date.
"""

import argparse
import contextlib
import io
import sys

import pytest

from tests.requirements.last_run import read_outcomes
from tests.requirements.marks import covered_by
from tests.requirements.table import DOCUMENT, Row, document, make_rows, summary


class Collected:
    """Sees the tests that pytest would run."""

    def __init__(self) -> None:
        self.covered: dict[str, list[str]] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.covered = {item.nodeid: covered_by(item) for item in session.items}


def collect() -> dict[str, list[str]]:
    collected = Collected()
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        status = pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider"], plugins=[collected])
    if status != pytest.ExitCode.OK:
        sys.exit(f"{said.getvalue()}\nThe tests could not be collected.")
    return collected.covered


def main() -> int:
    parser = argparse.ArgumentParser(prog="make requirements", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 when the file is stale")
    check = parser.parse_args().check
    written = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
    rows = make_rows(collect(), read_outcomes(), written)
    show(rows)
    if check:
        return stale(document(rows) != written)
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(document(rows), encoding="utf-8")
    print(f"\nwritten: {DOCUMENT}")
    return 0


def show(rows: list[Row]) -> None:
    for row in rows:
        print(f"{row.requirement:<9} {row.result:<5} {row.title}")
        for test in row.tests:
            print(f"{'':15} {test}")
    print(f"\n{summary(rows)}")


def stale(is_stale: bool) -> int:
    print(f"{DOCUMENT} is stale: run `make requirements`" if is_stale else f"{DOCUMENT} is up to date")
    return int(is_stale)


if __name__ == "__main__":
    sys.exit(main())
