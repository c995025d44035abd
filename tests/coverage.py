"""The second half of `make coverage`: writes docs/coverage.md from the coverage of the last run of the suite.

python -m tests.coverage        exits 1 when a money, deadline or access path was not reached
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from coverage import Coverage

PAGE = Path("docs/coverage.md")

VITAL = {
    "money": [
        "app/core/money.py",
        "app/documents/acts/",
        "app/documents/price_list/",
        "app/documents/rewards/",
        "app/documents/content/",
        "app/documents/signing/",
        "app/documents/passports/policies.py",
        "app/field/acts/",
        "app/field/payments/",
        "app/orders/client_orders/",
        "app/core/quantities.py",
        "app/orders/estimates/",
        "app/orders/ledger/",
        "app/orders/payments/",
    ],
    "deadlines": [
        "app/db/append.py",
        "app/db/background.py",
        "app/db/jobs.py",
        "app/db/outbox.py",
        "app/db/query.py",
        "app/db/relay.py",
        "app/db/sweeps.py",
        "app/db/time.py",
        "app/db/wake.py",
        "app/db/work.py",
        "app/db/writing.py",
        "app/dispatch/escalation/",
        "app/dispatch/offers/",
        "app/dispatch/progress/",
        "app/dispatch/scheduling/",
        "app/dispatch/visits/",
        "app/notifications/messages/",
        "app/orders/production/",
        "app/workforce/bookings/",
    ],
    "access": [
        "app/core/scope.py",
        "app/db/prepare.py",
        "app/db/session.py",
        "app/http/dependencies.py",
        "app/http/guards.py",
        "app/identity/",
    ],
}
"""What must not fail: who earns and owes what, what happens in time, who sees whose data."""

HEAD = """\
# Coverage

Written by `make coverage`: the whole suite, in two processes, measured by coverage.py. What runs only in processes that
tests start and kill (`app/worker.py`, `app/cli.py`) is not counted. A branch is a jump that some test took.

"""


class Part(NamedTuple):
    """Some files together."""

    name: str
    lines: int
    lines_run: int
    branches: int
    branches_run: int
    missed: list[str]

    def row(self) -> str:
        return (
            f"{self.name} | {_share(self.lines_run, self.lines)} | {_share(self.branches_run, self.branches)}"
        )


def main() -> int:
    """0 when every vital line and branch was run."""
    files = _measured()
    parts = [*_modules(files), _part("**all**", files)]
    vital = [
        _part(f"`{place}`", _under(place, files), kind) for kind, places in VITAL.items() for place in places
    ]
    PAGE.write_text(_page(parts, vital), encoding="utf-8")
    print(f"{parts[-1].row()} -> {PAGE}")
    missed = [place for part in vital for place in part.missed]
    print("\n".join(["not reached:", *missed]) if missed else "every money, deadline and access path was run")
    return 1 if missed else 0


def _measured() -> dict[str, Any]:
    """Each file of the product with its summary and what was missed, by path."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        coverage = Coverage()
        coverage.load()
        coverage.json_report(outfile=report.name)
        files: dict[str, Any] = json.loads(Path(report.name).read_text(encoding="utf-8"))["files"]
    return files


def _modules(files: dict[str, Any]) -> Iterator[Part]:
    names = {"/".join(path.split("/")[:2]) for path in files if path.count("/") > 1}
    for name in sorted(names):
        yield _part(f"`{name}`", _under(f"{name}/", files))
    yield _part("`app`", {path: file for path, file in files.items() if path.count("/") == 1})


def _under(place: str, files: dict[str, Any]) -> dict[str, Any]:
    found = {path: file for path, file in files.items() if path.startswith(place)}
    if not found:
        raise LookupError(f"{place} is measured nowhere: has it moved?")
    return found


def _part(name: str, files: dict[str, Any], kind: str = "") -> Part:
    def total(figure: str) -> int:
        return sum(file["summary"][figure] for file in files.values())

    return Part(
        f"{kind} | {name}" if kind else name,
        lines=total("num_statements"),
        lines_run=total("covered_lines"),
        branches=total("num_branches"),
        branches_run=total("covered_branches"),
        missed=[place for path, file in files.items() for place in _missed(path, file)],
    )


def _missed(path: str, file: dict[str, Any]) -> Iterator[str]:
    for line in file["missing_lines"]:
        yield f"{path}:{line}"
    for start, end in file["missing_branches"]:
        if start not in file["missing_lines"]:
            yield f"{path}:{start} to {end if end > 0 else 'the end'}"


def _share(run: int, of: int) -> str:
    """Rounded down: only what is whole shows as 100."""
    return f"{1000 * run // of / 10:.1f} % ({run} of {of})" if of else "–"


def _page(parts: list[Part], vital: list[Part]) -> str:
    lines = ["| part | lines | branches |", "|---|---|---|", *[f"| {part.row()} |" for part in parts], ""]
    lines += ["## Money, deadlines and access", ""]
    lines += ["| what | path | lines | branches | not reached |", "|---|---|---|---|---|"]
    lines += [f"| {part.row()} | {', '.join(part.missed) or 'nothing'} |" for part in vital]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
