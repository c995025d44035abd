"""`python -m benchmarks [NAME …]`: measure, write results.json, print the table. `make bench` sets it up.

Results of other benchmarks that were measured before stay. `--write-readme` puts the table into
benchmarks/README.md.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from benchmarks import deadlines, offers, requests
from benchmarks.figures import Figures, describe_machine, merge_results, stamp, table, write_readme
from deploy.local.console import complain
from deploy.local.failures import Failure

BENCHMARKS: dict[str, Callable[[], Coroutine[Any, Any, Figures]]] = {
    "deadlines": deadlines.measure,
    "offers": offers.measure,
    "requests": requests.measure,
}


def main() -> int:
    """1 when a goal that was measured does not hold, or when it could not be measured."""
    try:
        return run()
    except Failure as failure:
        complain(failure.text())
        return 1


def run() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all by default"
    )
    parser.add_argument("--write-readme", action="store_true", help="put the table into benchmarks/README.md")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(BENCHMARKS):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    machine = asyncio.run(describe_machine(os.environ["TEST_DATABASE_URL"]))
    results = Path(os.environ["BENCH_DIR"]) / "results.json"
    measured: Figures = {}
    for name in chosen.names or BENCHMARKS:
        print(f"{name} …", flush=True)
        figures = asyncio.run(BENCHMARKS[name]())
        stamp(figures, machine=machine, command=f"make bench-{name}")
        merged = merge_results(results, figures)
        measured |= figures
    print(f"\n{table(measured)}\n\n{machine}\nwritten: {results.name}")
    if chosen.write_readme:
        write_readme(merged)
    return int(any(figure.holds is False for figure in measured.values()))


if __name__ == "__main__":
    sys.exit(main())
