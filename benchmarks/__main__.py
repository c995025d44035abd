"""`python -m benchmarks [NAME …]`: measure, write results.json, print the table. `make bench` sets it up.

Earlier results of other benchmarks are kept. `--write-readme` writes the table into benchmarks/README.md.
`--quick` runs everything at a tenth of the size and writes no results.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from benchmarks import board, crm, deadlines, gps, idle, neighbours, offers, requests, stops, sync, web
from benchmarks.figures import (
    Figures,
    describe_machine,
    details,
    merge_results,
    read_results,
    stamp,
    table,
    write_readme,
)
from deploy.local.console import complain
from deploy.local.failures import Failure

QUICK = 0.1
BENCHMARKS: dict[str, Callable[[float], Coroutine[Any, Any, Figures]]] = {
    "board": board.measure,
    "crm": crm.measure,
    "deadlines": deadlines.measure,
    "gps": gps.measure,
    "idle": idle.measure,
    "neighbours": neighbours.measure,
    "offers": offers.measure,
    "requests": requests.measure,
    "stops": stops.measure,
    "sync": sync.measure,
    "web": web.measure,
}
"""Each takes a scale: 1 is the usual size."""


def main() -> int:
    """Returns 1 if a goal is missed or could not be measured."""
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
    parser.add_argument("--quick", action="store_true", help="a tenth of the size; nothing is kept")
    parser.add_argument("--write-readme", action="store_true", help="put the table into benchmarks/README.md")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(BENCHMARKS):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    if chosen.quick and chosen.write_readme:
        parser.error("figures of --quick are not for the README")
    machine = asyncio.run(describe_machine(os.environ["TEST_DATABASE_URL"]))
    results = Path(os.environ["BENCH_DIR"]) / "results.json"
    measured: Figures = {}
    for name in chosen.names or BENCHMARKS:
        print(f"{name} …", flush=True)
        figures = asyncio.run(BENCHMARKS[name](QUICK if chosen.quick else 1.0))
        stamp(figures, machine=machine, command=f"make bench-{name}")
        measured |= figures
        if not chosen.quick:
            merge_results(results, figures)
    print(f"\n{table(measured)}\n\n{details(measured)}")
    if chosen.write_readme:
        write_readme(read_results(results))
    return int(any(figure.holds is False for figure in measured.values()))


if __name__ == "__main__":
    sys.exit(main())
