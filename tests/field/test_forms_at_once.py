"""Forms through the batch of a phone, and by several phones at once."""

import asyncio
from datetime import timedelta

import pytest

from tests.field.forms_given import a_published_form, answer, ask_for, forms_of, rule
from tests.field.test_push import Phone, codes, verdicts
from tests.stories import visit_in_progress, visit_on_site
from tests.tracking.conftest import consent

FULL = {"level": True, "gap_mm": 12.5}


@pytest.mark.covers("M30", "M38", "M29")
async def test_a_batch_is_judged_by_the_same_rules_as_single_commands(cast):
    await consent(cast.pavel)
    form = await a_published_form(cast)
    await ask_for(cast, rule("form", form_id=form["id"]), rule("place", stage="start", within_m=300))
    visit, phone = await visit_on_site(cast), Phone(cast.pavel)
    of_form = {"form_id": form["id"], "version": form["published_version"]}
    here = {"point": {"lat": 55.75, "lon": 37.61}, "accuracy_m": 20}

    pushed = await phone.push(
        phone.said("start_visit", visit.id, **here),
        phone.said("answer_form", visit.id, answers={"gap_mm": 999}, **of_form),
        phone.said("answer_form", visit.id, answers={"gap_mm": {"deep": 1}}, **of_form),
        phone.said("answer_form", visit.id, answers=FULL, is_finished=True, **of_form),
        phone.said("complete_visit", visit.id),
    )

    assert verdicts(pushed) == ["applied", "rejected", "rejected", "applied", "applied"]
    assert codes(pushed) == [None, "form_refused", "request_invalid", None, None]
    (shown,) = (await forms_of(cast.olga, visit))["items"]
    assert (shown["answers"], (await visit.screen())["status"]) == (FULL, "completed")


@pytest.mark.covers("M30", "M29")
async def test_a_completion_without_its_form_stops_nothing_and_is_sent_again(cast):
    """It must not wait: the form itself comes later by the same phone, and would wait for it."""
    form = await a_published_form(cast)
    await ask_for(cast, rule("form", form_id=form["id"]), rule("photos", level="warn"))
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    of_form = {"form_id": form["id"], "version": form["published_version"], "answers": FULL}
    completing = phone.said("complete_visit", visit.id, ago=timedelta(hours=2))
    filling = phone.said("answer_form", visit.id, ago=timedelta(hours=1), **of_form)

    early = await phone.push(completing, filling)
    before = (await visit.screen())["status"]
    later = await phone.push(phone.said("complete_visit", visit.id))

    assert (verdicts(early), codes(early)) == (["rejected", "applied"], ["proofs_missing", None])
    assert (before, verdicts(later)) == ("in_progress", ["applied"])
    assert (await visit.screen())["status"] == "completed"


@pytest.mark.covers("M38")
async def test_many_answers_at_once_are_all_kept(cast):
    questions = {f"q{number}": {"type": "integer"} for number in range(8)}
    form = await a_published_form(cast, questions)
    await ask_for(cast, rule("form", level="off", form_id=form["id"]))
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
