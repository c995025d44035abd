"""Office and worker change the same things at the same time. No value may disappear without a clash that shows it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.core.merging import Clash, merge

FIELDS = st.sampled_from(["floor", "intercom", "apartment"])
VALUES: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(0, 3), st.sampled_from(["", "1", "2", "3"]), st.just(["1"])
)
SHEETS = st.dictionaries(FIELDS, VALUES)


def as_json(value: Any) -> tuple[type, Any]:
    """Python's 1 equals True; JSON's does not."""
    return type(value), value


def test_changes_of_different_fields_are_both_kept() -> None:
    shown = {"floor": "3", "intercom": ""}

    merged = merge(shown, {"intercom": "12К"}, {"floor": "4", "intercom": ""})

    assert merged.values == {"floor": "4", "intercom": "12К"}
    assert merged.changed == {"intercom": "12К"}
    assert merged.clashes == []


def test_the_same_field_changed_on_both_sides_is_a_clash_with_both_values() -> None:
    merged = merge({"floor": "3"}, {"floor": "5"}, {"floor": "4"})

    assert merged.values == {"floor": "4"}
    assert merged.changed == {}
    assert merged.clashes == [Clash("floor", base="3", mine="5", theirs="4")]


def test_a_field_that_the_phone_sent_unchanged_does_not_undo_the_office() -> None:
    assert merge({"floor": "3"}, {"floor": "3"}, {"floor": "4"}).values == {"floor": "4"}


def test_both_sides_wanted_the_same() -> None:
    merged = merge({"floor": "3"}, {"floor": "4"}, {"floor": "4"})

    assert (merged.changed, merged.clashes) == ({}, [])


def test_a_value_that_the_phone_has_never_seen_is_not_overwritten() -> None:
    assert merge({}, {"floor": "5"}, {"floor": "4"}).clashes == [Clash("floor", None, "5", "4")]


def test_a_cleared_field_is_a_change_like_any_other() -> None:
    assert merge({"floor": "3"}, {"floor": None}, {"floor": "3"}).changed == {"floor": None}
    assert merge({"floor": "3"}, {"floor": None}, {"floor": "4"}).clashes == [Clash("floor", "3", None, "4")]


def test_a_yes_is_not_the_number_one() -> None:
    assert merge({"lift": True}, {"lift": 1}, {"lift": True}).changed == {"lift": 1}


@given(base=SHEETS, mine=SHEETS, theirs=SHEETS)
def test_no_value_disappears_without_a_clash(
    base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    merged = merge(base, mine, theirs)

    clashed = {clash.field: clash for clash in merged.clashes}
    for field in {*base, *mine, *theirs}:
        now = as_json(merged.values.get(field))
        stored, shown = as_json(theirs.get(field)), as_json(base.get(field))
        if now != stored:  # the server's value was replaced: the worker had seen it
            assert stored == shown
        if field in mine and as_json(mine[field]) not in (now, shown):  # the worker's change was not made
            assert clashed[field] == Clash(field, base.get(field), mine[field], theirs.get(field))
        if field in clashed:
            assert now == stored


@given(base=SHEETS, mine=SHEETS, theirs=SHEETS)
def test_a_merge_that_is_repeated_changes_nothing_more(
    base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    once = merge(base, mine, theirs)
    again = merge(base, mine, once.values)

    assert again.values == once.values
    assert again.changed == {}
    assert again.clashes == once.clashes


@given(base=SHEETS, office=SHEETS, worker=SHEETS)
def test_disjoint_changes_give_the_same_whoever_comes_first(
    base: dict[str, Any], office: dict[str, Any], worker: dict[str, Any]
) -> None:
    worker = {field: value for field, value in worker.items() if field not in office}

    office_first = merge(base, worker, merge(base, office, base).values)
    worker_first = merge(base, office, merge(base, worker, base).values)

    assert office_first.values == worker_first.values
    assert office_first.clashes == worker_first.clashes == []
