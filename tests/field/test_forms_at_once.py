"""Forms that several phones fill in at once."""

import asyncio

import pytest

from tests.field.forms_given import a_published_form, answer, forms_of
from tests.stories import visit_in_progress


@pytest.mark.covers("M38")
async def test_many_answers_at_once_are_all_kept(cast):
    questions = {f"q{number}": {"type": "integer"} for number in range(8)}
    form = await a_published_form(cast, questions)
    visit = await visit_in_progress(cast, kind="installation")

    told = await asyncio.gather(
        *[
            answer(visit, form, {f"q{number}": number}, by=person)
            for number, person in enumerate([cast.rinat, cast.timur] * 4)
        ]
    )

    assert [one.status_code for one in told] == [200] * 8
    (shown,) = (await forms_of(cast.olga, visit))["items"]
    assert shown["answers"] == {f"q{number}": number for number in range(8)}
    assert shown["version"] == 8
