from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

from app.core.clock import database_time
from app.core.ids import lowest_id_at, uuid7


def test_ids_of_one_process_are_in_the_order_in_which_they_were_drawn():
    drawn = [uuid7() for _ in range(20_000)]

    assert drawn == sorted(drawn)
    assert len(set(drawn)) == len(drawn)


def test_an_id_tells_its_time_and_its_kind():
    before = database_time.ns() // 1_000_000
    drawn = uuid7()

    assert (drawn.version, drawn.variant) == (7, RFC_4122)
    assert before <= drawn.int >> 80 <= before + 1000


def test_a_moment_divides_the_ids_drawn_before_it_from_those_drawn_later():
    drawn, now = uuid7(), datetime.now(UTC)

    assert lowest_id_at(now - timedelta(seconds=1)) < drawn < lowest_id_at(now + timedelta(seconds=1))
