"""`make calendar`: which days and tests it runs, and how the processes get the faked time."""

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deploy.local import calendar
from deploy.local.calendar import Day, chosen, days
from deploy.local.failures import Failure
from deploy.local.faked_time import find_library, handed_on, put_off, starting_at
from tests.building.source import CHECKOUT
from tests.clock_readers import OUR_CLOCK, reads_clock

BERLIN = ZoneInfo("Europe/Berlin")
FIVE_YEARS = [datetime(2026, 1, 1, 23, 30, tzinfo=UTC) + timedelta(days=17 * n) for n in range(110)]
MAY_READ = {
    "app/core/clock.py": "it is the clock",
    "app/main.py": "the API is put together here",
    "app/worker.py": "the background process is put together here",
    "app/cli.py": "commands begin here",
    "app/db/time.py": "asks the database for its time",
    "app/core/ids.py": "an id begins with the moment it was made",
    "app/http/health.py": "measures the background process by the clock of this machine",
    "app/notifications/channels/email/file.py": "a line for people; nothing reads it back",
    "app/notifications/channels/email/smtp.py": "the date that a letter carries",
    "app/notifications/channels/sms/file.py": "a line for people; nothing reads it back",
}


def the(name: str, now: datetime) -> datetime:
    moment = next(day.moment for day in days(now) if day.name == name)
    assert moment is not None
    return moment


def test_every_day_that_breaks_calendars_is_still_to_come():
    for now in FIVE_YEARS:
        moments = [day.moment for day in days(now) if day.moment]

        assert all(moment > now for moment in moments)
        assert {(m.month, m.day) for m in moments} >= {(2, 28), (2, 29), (12, 31)}
        assert any((m + timedelta(days=1)).day == 1 for m in moments)
        assert the("a Sunday night", now).astimezone(BERLIN).isoweekday() == 7


@pytest.mark.parametrize("name", ["Berlin's clocks go forward", "Berlin's clocks go back"])
def test_berlins_clocks_change_while_the_demo_plays(name):
    for now in FIVE_YEARS:
        begins = the(name, now)
        a_minute_later = begins + timedelta(minutes=1)

        assert begins.astimezone(BERLIN).dst() != a_minute_later.astimezone(BERLIN).dst()


def test_one_day_is_chosen_by_its_date_its_name_or_as_any_moment():
    leap_day = Day("29 February", datetime(2028, 2, 29, 12, tzinfo=UTC))
    today = Day("today", None)

    assert chosen([leap_day, today], None) == [leap_day, today]
    assert chosen([leap_day, today], "2028-02-29") == [leap_day]
    assert chosen([leap_day, today], "today") == [today]
    assert [day.moment for day in chosen([leap_day], "2031-05-06")] == [datetime(2031, 5, 6, 12, tzinfo=UTC)]
    assert [day.moment for day in chosen([], "2031-05-06T22:30")] == [
        datetime(2031, 5, 6, 22, 30, tzinfo=UTC)
    ]
    with pytest.raises(Failure):
        chosen([leap_day], "tomorrow")


def test_a_faked_process_has_the_other_day_and_sleeps_as_usual():
    library = find_library()
    assert library is not None
    moment = datetime(2028, 2, 29, 12, tzinfo=UTC)
    script = "import datetime, time; time.sleep(0.2); print(datetime.datetime.now(datetime.UTC))"

    done = subprocess.run(
        [sys.executable, "-c", script],
        env=starting_at(moment, library),
        capture_output=True,
        text=True,
        check=True,
    )

    assert timedelta() < datetime.fromisoformat(done.stdout.strip()) - moment < timedelta(seconds=20)


def test_a_failed_run_shows_the_end_of_its_log(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(calendar, "LOGS", tmp_path)
    library = find_library()
    assert library is not None

    verdict = calendar.Player(library, tests=[])._run(Day("today", None), "demo", ["deploy.local.no_such"])

    assert verdict == 1
    assert "No module named deploy.local.no_such" in capsys.readouterr().err


def test_an_environment_made_from_nothing_keeps_the_faked_day(monkeypatch):
    monkeypatch.setenv("LD_PRELOAD", "libfaketime.so.1")
    monkeypatch.setenv("FAKETIME", "+100")
    monkeypatch.delenv("FAKETIME_SHARED", raising=False)

    assert handed_on() == {"LD_PRELOAD": "libfaketime.so.1", "FAKETIME": "+100"}


@pytest.mark.parametrize(
    ("file", "is_played"),
    [
        ("tests/journeys/test_main_job.py", True),  # starts a process
        ("tests/http/test_bodies.py", True),  # through conftest.py beside it
        ("tests/dispatch/test_visit_state_machine.py", True),  # PostgreSQL's now()
        ("tests/dispatch/test_offers.py", False),  # has a clock that stands still
        ("tests/core/test_phones.py", False),
    ],
)
def test_tests_that_read_the_clock_are_found_by_their_sources(file, is_played):
    assert reads_clock(CHECKOUT / file) == is_played


def test_the_product_reads_the_clock_only_where_it_is_put_together():
    """Everywhere else the time is passed in, so a test with a clock that stands still cannot notice the day."""
    reading = re.compile(OUR_CLOCK)

    found = {
        path.relative_to(CHECKOUT).as_posix()
        for path in Path(CHECKOUT, "app").rglob("*.py")
        if reading.search(path.read_text(encoding="utf-8"))
    }

    assert found == set(MAY_READ)


def test_only_the_server_itself_sees_another_time_and_not_what_changes_the_user():
    faked = {"LD_PRELOAD": "libfaketime.so.1", "FAKETIME": "+100", "PATH": "/usr/bin"}

    assert put_off(["postgres", "-D", "data"], faked) == (
        ["env", "LD_PRELOAD=libfaketime.so.1", "FAKETIME=+100", "postgres", "-D", "data"],
        {"PATH": "/usr/bin"},
    )
    assert put_off(["postgres"], {"PATH": "/usr/bin"}) == (["postgres"], {"PATH": "/usr/bin"})
