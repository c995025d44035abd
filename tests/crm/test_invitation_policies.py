"""How many invitations there is time for, and when the product proposes: without a database."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.crm.invites.policies import (
    WAY_MIN,
    Free,
    Service,
    Wanted,
    choose,
    next_morning,
    wanted_of,
)

NORTH, SOUTH = UUID(int=1), UUID(int=2)


def wanted(number: int, minutes: int = 90, *areas: UUID, skills: tuple[str, ...] = ()) -> Wanted:
    return Wanted(UUID(int=number), minutes, skills, areas)


def free(number: int, *stretches: int, areas: tuple[UUID, ...] = (), skills: tuple[str, ...] = ()) -> Free:
    return Free(UUID(int=100 + number), stretches, skills, areas)


def chosen(wishes: list[Wanted], crews: list[Free]) -> list[int]:
    return sorted(one.int for one in choose(wishes, crews))


@pytest.mark.covers("R107")
@pytest.mark.parametrize(
    ("crews", "expected"),
    [
        ([], []),
        ([free(1, 89, 89)], []),  # three hours in all, but nowhere a visit
        ([free(1, 90)], [1]),
        ([free(1, 200)], [1, 2]),
        ([free(1, 90), free(2, 100)], [1, 2]),
        ([free(1, 480)], [1, 2, 3]),
    ],
)
def test_as_many_are_invited_as_somebody_can_come_to_the_first_ones_first(crews, expected):
    assert chosen([wanted(1), wanted(2), wanted(3)], crews) == expected


@pytest.mark.covers("R107")
def test_only_who_goes_to_the_area_and_has_the_skills_counts():
    crews = [free(1, 90, areas=(NORTH,)), free(2, 90, areas=(SOUTH,), skills=("service",))]
    south = wanted(1, 90, SOUTH)

    assert chosen([south, wanted(2, 90, SOUTH)], crews) == [1]
    assert chosen([wanted(3, 90, NORTH, skills=("service",))], crews) == []
    assert chosen([wanted(4)], crews) == []  # nobody knows where it is
    assert chosen([wanted(4)], [free(3, 90)]) == [4]


def test_whoever_goes_everywhere_is_kept_for_those_to_whom_nobody_else_comes():
    crews = [free(1, 90), free(2, 90, areas=(NORTH,))]

    assert chosen([wanted(1, 90, NORTH), wanted(2, 90, SOUTH)], crews) == [1, 2]


@given(
    st.lists(st.tuples(st.integers(15, 300), st.sets(st.sampled_from([NORTH, SOUTH]))), max_size=20),
    st.lists(
        st.tuples(st.lists(st.integers(0, 500), max_size=4), st.sets(st.sampled_from([NORTH, SOUTH]))),
        max_size=5,
    ),
)
@settings(max_examples=100, deadline=None)
def test_no_more_time_is_promised_than_there_is(wishes, crews):
    asked = [wanted(n, minutes, *areas) for n, (minutes, areas) in enumerate(wishes, 1)]
    there = [free(n, *stretches, areas=tuple(areas)) for n, (stretches, areas) in enumerate(crews)]

    taken = choose(asked, there)

    for area in (NORTH, SOUTH):
        only = [one.minutes for one in asked if one.invitation_id in taken and set(one.areas) == {area}]
        able = [sum(one.stretches_min) for one in there if not one.areas or area in one.areas]
        assert sum(only) <= sum(able)
    assert sum(one.minutes for one in asked if one.invitation_id in taken) <= sum(
        sum(one.stretches_min) for one in there
    )
    left = [one for one in asked if one.invitation_id not in taken]
    longest = max((minutes for one in there if not one.areas for minutes in one.stretches_min), default=0)
    assert taken or not any(one.minutes <= longest for one in left)


def test_a_visit_for_several_needs_takes_as_long_as_all_of_them_and_one_way():
    services = {"maintenance": Service(60, ["service"]), "net": Service(20, ["net"])}
    needs = [{"category": "maintenance"}, {"category": "net"}, {"category": "seal"}]

    found = wanted_of(UUID(int=1), needs, services, [NORTH])

    assert (found.minutes, found.skills) == (WAY_MIN + 60 + 20 + 60, {"service", "net"})


@pytest.mark.parametrize(
    ("now", "expected"),
    [("02:59", "2026-03-02T03:00"), ("03:00", "2026-03-03T03:00"), ("20:00", "2026-03-03T03:00")],
)
def test_the_product_proposes_at_six_by_the_clock_of_the_company(now, expected):
    at = datetime.fromisoformat(f"2026-03-02T{now}+00:00")

    assert next_morning(at, ZoneInfo("Europe/Moscow")) == datetime.fromisoformat(expected).replace(tzinfo=UTC)
