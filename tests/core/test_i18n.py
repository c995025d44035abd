"""Params of a sentence as people read them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from app.core.i18n import text

DAY = date(2026, 12, 1)
MOMENT = datetime(2026, 12, 1, 8, 5, tzinfo=ZoneInfo("Asia/Omsk"))


@pytest.mark.parametrize("day", [DAY, DAY.isoformat()])
@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("ru", "Смета действовала до 1 декабря 2026 года."),
        ("en", "The estimate was valid until 1 December 2026."),
    ],
)
def test_days_are_said_as_people_say_them(lang, said, day):
    assert text(lang, "errors", "estimate_expired", valid_until=day).startswith(said)


@pytest.mark.parametrize("moment", [MOMENT, MOMENT.isoformat(), str(MOMENT)])
@pytest.mark.parametrize(
    ("lang", "said"), [("ru", "1 декабря 2026 года, 08:05"), ("en", "1 December 2026, 08:05")]
)
def test_moments_are_said_in_the_zone_they_carry(lang, said, moment):
    assert said in text(lang, "errors", "not_ready_then", ready_from=moment)


def test_what_only_looks_like_a_day_stays_as_it_is():
    assert "2026-13-40" in text("en", "errors", "email_invalid", email="2026-13-40")
