"""Whatever happens and whichever answers get lost: with the next answer a phone has what it shall have."""

from typing import Any
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from app.field.sync.policies import View, compare, pack, unpack


class Thing(msgspec.Struct, frozen=True):
    id: UUID
    text: str


KINDS = ("visits", "works")
THINGS = st.dictionaries(st.integers(1, 4), st.sampled_from("abc"), max_size=4)
STATES = st.fixed_dictionaries(dict.fromkeys(KINDS, THINGS))
HISTORIES = st.lists(st.tuples(STATES, st.booleans()), min_size=1, max_size=8)
"""Each state of the server, and whether the phone got the answer."""


def items_of(state: dict[str, dict[int, str]]) -> dict[str, list[Thing]]:
    return {kind: [Thing(UUID(int=n), text) for n, text in things.items()] for kind, things in state.items()}


@given(HISTORIES)
def test_a_phone_has_what_the_server_has_after_each_answer_that_arrives(
    history: list[tuple[dict[str, dict[int, str]], bool]],
) -> None:
    has: dict[str, dict[UUID, Any]] = {kind: {} for kind in KINDS}
    view: View = {}
    for state, arrives in history:
        items = items_of(state)
        delta = compare(view, items)
        if not arrives:
            continue
        for kind in KINDS:
            for gone in delta.removed[kind]:
                del has[kind][gone]
            has[kind].update({item.id: item for item in delta.changed[kind]})
        view = unpack(pack(delta.view))
        assert has == {kind: {item.id: item for item in things} for kind, things in items.items()}
        assert compare(view, items).is_empty


@given(STATES, STATES)
def test_a_delta_speaks_of_no_item_that_is_as_it_was(
    was: dict[str, dict[int, str]], becomes: dict[str, dict[int, str]]
) -> None:
    delta = compare(compare({}, items_of(was)).view, items_of(becomes))

    for kind in KINDS:
        for item in delta.changed[kind]:
            assert was[kind].get(item.id.int) != item.text
        for gone in delta.removed[kind]:
            assert gone.int in was[kind]
            assert gone.int not in becomes[kind]


def test_a_kind_that_is_new_to_the_phone_is_sent_whole() -> None:
    first = compare({}, {"visits": []})

    assert compare(first.view, {"visits": [], "works": [Thing(UUID(int=1), "a")]}).changed["works"] != []
