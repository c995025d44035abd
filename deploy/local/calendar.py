"""`make calendar`: runs the demo, and every test that reads the clock, on days that break calendars.

    python3 -m deploy.local.calendar                           all days, one row each
    python3 -m deploy.local.calendar --only 2028-02-29 --demo  one day, the demo alone
    python3 -m deploy.local.calendar --whole-suite             every test, also those that read no clock

Each row is the next day of its kind, so the list does not get old. `--only` takes the day of a row, or any
day (noon) or moment in UTC. tests/clock_readers.py finds the tests that read the clock in their sources.
Demo and tests each begin at the moment of the row, and their output is kept in var/calendar/. A row with
both takes about four minutes. The exit code is 1 if anything failed.
"""

import argparse
import subprocess
import sys
from calendar import SUNDAY, isleap, monthrange
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from os import environ
from pathlib import Path
from xml.etree import ElementTree

from deploy.local import faces
from deploy.local.console import command, complain, say, show
from deploy.local.environment import Lock, prepare
from deploy.local.failures import Failure
from deploy.local.faked_time import find_library, starting_at
from deploy.local.places import CHECKOUT, VAR
from deploy.local.testing import NEEDS

LOGS = VAR / "calendar"
LIMIT_S = 30 * 60
"""For one demo or one run of tests. Nothing else ends a wait for a lock: see faked_time."""
SHARED_MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Day:
    """One row. `moment` is None for the real day."""

    name: str
    moment: datetime | None

    @property
    def written(self) -> str:
        return f"{self.moment or datetime.now(UTC):%Y-%m-%d %H:%M}"

    @property
    def file_name(self) -> str:
        return self.written.replace(" ", "_").replace(":", "")


def days(now: datetime) -> list[Day]:
    """The next day of each kind. The real day is the last row."""
    clock_change = time(0, 59, 20)  # so that the demo is running when the clocks change at 01:00
    return [
        Day("the end of a month", _next(now, lambda d: d.day == monthrange(d.year, d.month)[1], time(12))),
        Day("28 February of a leap year", _next(now, lambda d: _is_leap_february(d, 28), time(12))),
        Day("29 February", _next(now, lambda d: _is_leap_february(d, 29), time(12))),
        Day("New Year, in Moscow already", _next(now, lambda d: (d.month, d.day) == (12, 31), time(22, 30))),
        Day("Berlin's clocks go forward", _next(now, lambda d: _is_last_sunday(d, 3), clock_change)),
        Day("Berlin's clocks go back", _next(now, lambda d: _is_last_sunday(d, 10), clock_change)),
        Day("a Sunday night", _next(now, lambda d: d.weekday() == SUNDAY, time(21, 30))),
        Day("today", None),
    ]


def _next(now: datetime, holds: Callable[[datetime], bool], at: time) -> datetime:
    """The next day from tomorrow on for which `holds` is true, at this time (UTC)."""
    day = now + timedelta(days=1)
    while not holds(day):
        day += timedelta(days=1)
    return datetime.combine(day, at, UTC)


def _is_leap_february(day: datetime, number: int) -> bool:
    return isleap(day.year) and (day.month, day.day) == (2, number)


def _is_last_sunday(day: datetime, month: int) -> bool:
    return day.month == month and day.weekday() == SUNDAY and (day + timedelta(days=7)).month != month


def chosen(all_days: Sequence[Day], only: str | None) -> list[Day]:
    """The rows that `--only` names: rows of that day, or else that moment itself."""
    if only is None:
        return list(all_days)
    if found := [
        day for day in all_days if day.name == only or (day.moment and day.written.startswith(only))
    ]:
        return found
    try:
        moment = datetime.fromisoformat(only)
    except ValueError as error:
        raise Failure(f"--only {only}: that is no day.", todo="For example 2028-02-29, or today.") from error
    if moment.time() == time():
        moment += timedelta(hours=12)
    return [Day("as asked", moment.replace(tzinfo=moment.tzinfo or UTC))]


class Player:
    """Runs the demo or the tests on a day and keeps the logs."""

    def __init__(self, library: Path, *, tests: Sequence[str]) -> None:
        self._library = library
        self._tests = tests
        self.has_failed = False

    def demo(self, day: Day) -> str:
        return self._verdict(self._run(day, "demo", ["deploy.local.demo"]) == 0)

    def tests(self, day: Day) -> str:
        """Run the tests and count results in pytest's report. A run without a report has failed."""
        report = LOGS / f"{day.file_name}-tests.xml"
        report.unlink(missing_ok=True)
        pytest = ["deploy.local.testing", "-p", "no:cacheprovider", f"--junitxml={report}", *self._tests]
        code = self._run(day, "tests", pytest)
        verdict = self._verdict(code == 0)
        return f"{verdict}: {', '.join(_counts(report))}" if report.exists() else verdict

    def _run(self, day: Day, what: str, module: list[str]) -> int | None:
        """Returns the exit code, or None if the run took too long. A failure shows the end of its log."""
        path = LOGS / f"{day.file_name}-{what}.log"
        code = self._logged(day, path, module)
        if code != 0:
            complain(Failure(f"the {what} failed on {day.name}.", log=path).text())
        return code

    def _logged(self, day: Day, path: Path, module: list[str]) -> int | None:
        faked = starting_at(day.moment, self._library) if day.moment else {}
        with path.open("wb") as log:
            try:
                return subprocess.run(
                    [sys.executable, "-m", *module],
                    env={**environ, **faked},
                    cwd=CHECKOUT,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    timeout=LIMIT_S,
                    check=False,
                ).returncode
            except subprocess.TimeoutExpired:
                log.write(f"\nnot done after {LIMIT_S} s\n".encode())
                return None

    def _verdict(self, is_well: bool) -> str:
        self.has_failed = self.has_failed or not is_well
        return "ok" if is_well else "FAILED"


def _counts(report: Path) -> Iterator[str]:
    suite = next(ElementTree.parse(report).iter("testsuite"))
    total = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
    failed = total["failures"] + total["errors"]
    yield f"{total['tests'] - failed - total['skipped']} passed"
    if failed:
        yield f"{failed} failed"
    if total["skipped"]:
        yield f"{total['skipped']} skipped"


def _remove_leftovers() -> None:
    """Remove semaphores of libfaketime. It leaves one behind for each killed process.

    If a later process of another user gets the same number, libfaketime refuses to start it.
    """
    for file in SHARED_MEMORY.glob("*faketime_s??_*"):
        if not Path("/proc", file.name.rpartition("_")[2]).exists():
            with suppress(PermissionError):  # it belongs to a run of another user
                file.unlink(missing_ok=True)


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make calendar", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", metavar="DAY", help="one day: 2028-02-29, 2028-02-29T22:30, today")
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--demo", action="store_true", help="the demo alone")
    part.add_argument("--tests", action="store_true", help="the tests alone")
    parser.add_argument("--whole-suite", action="store_true", help="also tests that read no clock")
    return parser.parse_args(arguments)


def play(wanted: argparse.Namespace) -> int:
    """Returns 0 if the demo and the tests passed on every day.

    Packages are installed and faces built with the real clock, because certificates are not valid on other days.
    """
    rows = chosen(days(datetime.now(UTC)), wanted.only)
    prepare(Lock.DEVELOPMENT, *NEEDS)
    faces.ensure()
    library = find_library()
    assert library is not None  # packages.FAKETIME in NEEDS makes sure of that
    LOGS.mkdir(parents=True, exist_ok=True)
    player = Player(library, tests=[] if wanted.whole_suite else ["-m", "reads_clock"])
    say("calendar", f"{len(rows)} day(s) to play; what they say is in {LOGS.relative_to(CHECKOUT)}/")
    show(f"{'begins (UTC)':<18}{'':<30}{'demo':<10}tests")
    for day in rows:
        _remove_leftovers()
        demo = "-" if wanted.tests else player.demo(day)
        tests = "-" if wanted.demo else player.tests(day)
        show(f"{day.written:<18}{day.name:<30}{demo:<10}{tests}")
    _remove_leftovers()
    return int(player.has_failed)


if __name__ == "__main__":
    sys.exit(command(lambda: play(_parsed(sys.argv[1:]))))
