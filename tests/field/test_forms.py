"""Forms of the company's own, filled in on site: partly, late, by several people, by old versions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.core.ids import uuid7
from app.db.session import transaction
from app.field.forms.policies import NOTHING_YET, Stamp, is_in_time, take
from tests.cast import NOON
from tests.counting import statements_of
from tests.dispatch.given import code_of
from tests.field.forms_given import (
    QUESTIONS,
    a_published_form,
    answer,
    answered,
    ask_for,
    forms_of,
    publish,
    rule,
    some_id,
)
from tests.field.test_attachments import declare_photo
from tests.pictures import a_photo
from tests.stories import accepted_visit, tapped, visit_in_progress, visit_on_site

pytestmark = pytest.mark.covers("M7", "M38")

FULL = {"level": True, "gap_mm": 12.5}
LONGER = QUESTIONS | {"sill": {"type": "boolean"}}


@pytest.fixture
async def form(cast):
    """Both job types of the company ask for it when a visit is completed."""
    form = await a_published_form(cast)
    await ask_for(cast, rule("form", form_id=form["id"]))
    return form


async def the_form(person, visit):
    (shown,) = (await forms_of(person, visit))["items"]
    return shown


async def history(cast, visit, form):
    return (await cast.olga.get(f"/visits/{visit.id}/forms/{form['id']}/answers")).json()["items"]


async def test_a_form_is_shown_with_its_version_before_it_is_answered(cast, form):
    visit = await accepted_visit(cast)

    shown = await forms_of(cast.pavel, visit)

    (one,), (version,) = shown["items"], shown["versions"]
    assert (one["code"], one["name"], one["answers"], one["version"]) == (
        "handover",
        {"ru": "Сдача работ"},
        {},
        0,
    )
    assert one["asked"] == [{"stage": "complete", "level": "required"}]
    assert (version["id"], version["version"]) == (one["form_version_id"], form["published_version"])
    assert version["schema"]["required"] == ["level", "gap_mm"]
    assert (await visit.screen())["forms"] == [one]


async def test_answers_are_stamped_by_field_with_who_when_and_on_which_device(cast, form):
    visit = await visit_in_progress(cast)

    await answered(visit, form, {"level": True}, occurred_at="2026-03-02T11:30:00+03:00")
    taken = await answered(visit, form, {"gap_mm": 12.5}, occurred_at="2026-03-02T11:40:00+03:00")

    shown = await the_form(cast.olga, visit)
    assert (shown["answers"], shown["is_complete"], taken["written"]) == (FULL, True, ["gap_mm"])
    assert {field: stamp["at"] for field, stamp in shown["stamps"].items()} == {
        "level": "2026-03-02T08:30:00Z",
        "gap_mm": "2026-03-02T08:40:00Z",
    }
    assert {stamp["author_id"] for stamp in shown["stamps"].values()} == {str(cast.pavel.id)}


async def test_a_phone_whose_clock_is_ahead_answers_now(cast, form):
    visit = await visit_in_progress(cast)

    await answered(visit, form, FULL, occurred_at="2026-03-03T11:30:00+03:00")

    assert (await the_form(cast.olga, visit))["stamps"]["level"]["at"] == "2026-03-02T09:00:00Z"


async def test_half_a_form_is_kept_and_is_not_complete(cast, form):
    visit = await visit_in_progress(cast)

    half = await answered(visit, form, {"gap_mm": 3})
    refused = await answer(visit, form, {"level": False}, is_finished=True)

    assert (half["is_complete"], half["version"]) == (False, 1)
    assert code_of(refused) == (422, "form_refused")
    assert [(one["path"], one["code"]) for one in refused.json()["errors"]] == [
        ("answers.why_not", "answer_missing")
    ]
    assert (await the_form(cast.pavel, visit))["answers"] == {"gap_mm": 3}
    whole = await answered(visit, form, {"level": False, "why_not": "Стена"}, is_finished=True)
    assert whole["is_complete"] is True


async def test_a_visit_is_completed_with_a_complete_form_only(cast, form):
    visit = await visit_in_progress(cast)
    await answered(visit, form, {"level": False, "gap_mm": 1})

    refused = await visit.tap("complete")
    await answered(visit, form, {"why_not": "Стена завалена"})

    assert code_of(refused) == (422, "proofs_missing")
    assert refused.json()["title"] == "Не хватает: форма «Сдача работ»."
    assert refused.json()["params"]["missing"] == [
        {"proof": "form", "form_id": form["id"], "at_least": 1, "present": 0}
    ]
    assert (await visit.done("complete"))["status"] == "completed"


async def test_the_newest_answers_count_and_older_ones_stay_in_the_history(cast, form):
    visit = await visit_in_progress(cast)

    for gap in (10, 11):
        await answered(visit, form, {"gap_mm": gap})

    assert (await the_form(cast.olga, visit))["answers"] == {"gap_mm": 11}
    told = await history(cast, visit, form)
    assert [(one["answers"]["gap_mm"], one["author_name"]) for one in told] == [
        (11, "Павел Громов"),
        (10, "Павел Громов"),
    ]


async def test_a_field_can_be_cleared(cast, form):
    visit = await visit_in_progress(cast)
    await answered(visit, form, FULL | {"note": "Сырой откос"})

    taken = await answered(visit, form, {"note": None})

    assert (taken["answers"], taken["written"]) == (FULL, ["note"])


async def test_every_problem_is_named_and_nothing_of_the_command_is_taken(cast, form):
    visit = await visit_in_progress(cast)

    refused = await answer(
        visit, form, {"level": True, "gap_mm": "много", "foam": "autumn", "colour": "белый"}
    )

    assert code_of(refused) == (422, "form_refused")
    assert [(one["path"], one["code"]) for one in refused.json()["errors"]] == [
        ("answers.gap_mm", "answer_does_not_fit"),
        ("answers.foam", "answer_does_not_fit"),
        ("answers.colour", "question_unknown"),
    ]
    assert refused.json()["errors"][0]["message"] == "Ответ не того вида. Нужно: число."
    assert (await the_form(cast.pavel, visit))["answers"] == {}


async def test_problems_are_told_in_the_readers_language(cast, form):
    visit = await visit_in_progress(cast)
    body = {"form_id": form["id"], "version": form["published_version"], "answers": {"gap_mm": 61}}

    refused = await cast.pavel.post(f"/field/visits/{visit.id}/forms", tapped() | body, accept_language="en")

    assert refused.json()["errors"][0]["message"] == "At most 60."


async def test_what_a_database_cannot_keep_is_the_phones_fault(cast, form):
    visit = await visit_in_progress(cast)

    refused = await answer(visit, form, {"note": "нуль \0 внутри"})

    assert 400 <= refused.status_code < 500
    assert (await the_form(cast.pavel, visit))["answers"] == {}


async def test_a_form_is_filled_in_on_site_by_whose_visit_it_is(cast, form, other_cast):
    visit = await accepted_visit(cast)
    before = await answer(visit, form, FULL)
    await visit.done("arrive")

    there = await answer(visit, form, FULL)

    assert code_of(before) == (409, "visit_not_at_work")
    assert there.status_code == 200
    assert (await answer(visit, form, FULL, by=cast.nikolai)).status_code == 404
    assert (await answer(visit, form, FULL, by=other_cast.pavel)).status_code == 404
    assert (await answer(visit, form, FULL, by=cast.olga)).status_code == 403
    assert (await cast.nikolai.get(f"/visits/{visit.id}/forms")).status_code == 404
    assert (await other_cast.olga.get(f"/visits/{visit.id}/forms")).status_code == 404
    assert (await other_cast.olga.get(f"/visits/{visit.id}/forms/{form['id']}/answers")).status_code == 404


async def test_an_answer_from_before_the_end_counts_however_late_it_arrives(cast, form, clock):
    await ask_for(cast, rule("form", level="off", form_id=form["id"]))
    visit = await visit_in_progress(cast)
    clock.advance(hours=1)
    await visit.done("complete", occurred_at=clock.now().isoformat())

    late = await answer(visit, form, FULL, occurred_at=(NOON + timedelta(minutes=30)).isoformat())
    after = await answer(visit, form, {"gap_mm": 1}, occurred_at=(NOON + timedelta(minutes=61)).isoformat())

    assert (late.status_code, code_of(after)) == (200, (409, "visit_not_at_work"))
    assert (await the_form(cast.olga, visit))["answers"] == FULL


async def test_the_same_answers_after_the_visit_change_nothing(cast, form):
    visit = await visit_in_progress(cast)
    await answered(visit, form, FULL)
    await visit.done("complete")

    again = await answer(visit, form, FULL)
    other = await answer(visit, form, {"gap_mm": 1})

    assert (again.status_code, other.status_code) == (200, 409)
    assert again.json()["written"] == []


@pytest.mark.parametrize("statement", ["UPDATE form_answer SET answers = '{}'", "DELETE FROM form_answer"])
async def test_the_database_lets_nobody_change_what_was_sent(cast, form, statement):
    visit = await visit_in_progress(cast)
    await answered(visit, form, FULL)

    async with transaction(cast.maker, cast.company_id) as session:
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with session.begin_nested():
                await session.execute(text(statement))


async def test_answers_are_judged_by_the_version_that_was_shown(cast, form):
    visit = await visit_in_progress(cast)
    newer = await publish(cast, form, {"sill": {"type": "boolean"}})

    old = await answered(visit, form, FULL, is_finished=True)
    new = await answer(visit, newer, {"gap_mm": 1})

    assert old["is_complete"] is True
    shown = await forms_of(cast.olga, visit)
    assert {one["version"] for one in shown["versions"]} == {
        form["published_version"],
        newer["published_version"],
    }
    assert [one["code"] for one in new.json()["errors"]] == ["question_unknown"]
    assert (await visit.done("complete"))["status"] == "completed"


async def test_a_form_can_be_filled_in_again_by_its_new_version(cast, form):
    visit = await visit_in_progress(cast)
    await answered(visit, form, FULL)
    newer = await publish(cast, form, {"level": {"type": "boolean"}, "sill": {"type": "boolean"}})

    taken = await answered(visit, newer, {"sill": True}, is_finished=True)

    assert (taken["answers"], taken["is_complete"]) == (FULL | {"sill": True}, True)


async def test_a_version_nobody_was_shown_is_refused(cast, form):
    visit = await visit_in_progress(cast)

    strange = await answer(visit, form, FULL, version="0123456789abcdef")
    nothing = await answer(visit, form, FULL, form_id=some_id())

    assert [code_of(one) for one in (strange, nothing)] == [(422, "form_version_unknown")] * 2


async def test_a_form_that_no_rule_names_any_more_keeps_its_answers(cast, form):
    visit = await visit_in_progress(cast)
    await answered(visit, form, FULL)

    await ask_for(cast)

    shown = await the_form(cast.olga, visit)
    assert (shown["answers"], shown["asked"]) == (FULL, [])


async def test_an_answer_names_a_file_of_its_own_job(cast):
    questions = {
        "tape": {"type": "string", "format": "attachment"},
        "all": {"type": "array", "items": {"type": "string", "format": "attachment"}},
    }
    form = await a_published_form(cast, questions)
    await ask_for(cast, rule("form", level="off", form_id=form["id"]))
    visit, other = await visit_in_progress(cast), await visit_on_site(cast, kind="installation")
    own = (await declare_photo(visit, a_photo()))["id"]
    foreign = (await declare_photo(other, a_photo()))["id"]

    taken = await answer(visit, form, {"tape": own, "all": [own]})
    refused = [await answer(visit, form, {"tape": one}) for one in (foreign, some_id())]
    listed = await answer(visit, form, {"all": [own, foreign]})

    assert taken.status_code == 200, taken.text
    assert [code_of(one) for one in (*refused, listed)] == [(404, "attachment_not_found")] * 3


async def test_a_form_that_the_job_type_does_not_show_is_refused(cast):
    asked, other = await a_published_form(cast), await a_published_form(cast, code="other")
    await ask_for(cast, rule("form", form_id=asked["id"]))
    visit = await visit_in_progress(cast)

    by_worker = await answer(visit, other, {"level": True})
    path = f"/visits/{visit.id}/forms/{other['id']}"
    by_office = await cast.olga.put(
        path, {"answers": {"level": True}, "reason": "По телефону"}, if_match='"0"'
    )

    assert code_of(by_worker) == (409, "form_not_asked")
    assert code_of(by_office) == (409, "form_not_asked")
    assert [one["form_id"] for one in (await visit.screen())["forms"]] == [asked["id"]]


async def test_a_form_that_was_begun_goes_on_when_its_job_type_asks_for_it_no_longer(cast):
    form = await a_published_form(cast)
    await ask_for(cast, rule("form", form_id=form["id"]))
    visit = await visit_in_progress(cast)
    await answered(visit, form, {"level": True})
    await ask_for(cast)

    assert (await answer(visit, form, {"gap_mm": 5})).status_code == 200


# Two people


def sides(answer):
    return [(one["field"], one["base"], one["mine"], one["theirs"]) for one in answer["conflicts"]]


async def test_two_of_a_crew_fill_in_different_fields_and_both_count(cast, form):
    visit = await visit_in_progress(cast, kind="installation")

    await answered(visit, form, {"level": True})
    await answered(visit, form, {"gap_mm": 5}, by=cast.timur)

    assert (await the_form(cast.olga, visit))["answers"] == {"level": True, "gap_mm": 5}


async def test_two_who_answer_the_same_question_differently_lose_neither_answer(cast, form):
    visit = await visit_in_progress(cast, kind="installation")
    await answered(visit, form, {"gap_mm": 5})

    other = await answered(visit, form, {"gap_mm": 7, "level": True}, by=cast.timur)

    assert sides(other) == [("gap_mm", None, 7, 5)]
    assert other["answers"] == {"gap_mm": 5, "level": True}
    assert [one["answers"] for one in await history(cast, visit, form)] == [
        {"gap_mm": 7, "level": True},
        {"gap_mm": 5},
    ]


async def test_whoever_has_seen_the_others_answer_replaces_it(cast, form):
    visit = await visit_in_progress(cast, kind="installation")
    await answered(visit, form, {"gap_mm": 5})

    taken = await answered(visit, form, {"gap_mm": 7}, base={"gap_mm": 5}, by=cast.timur)

    assert (taken["answers"], taken["conflicts"]) == ({"gap_mm": 7}, [])


async def test_the_office_corrects_an_answer_with_a_reason(cast, form):
    visit = await visit_in_progress(cast)
    await answered(visit, form, FULL)
    path, body = f"/visits/{visit.id}/forms/{form['id']}", {"answers": {"gap_mm": 15}, "reason": "По звонку"}

    unseen = await cast.olga.put(path, body, if_match='"0"')
    wrong = await cast.olga.put(path, body | {"answers": {"gap_mm": 99}}, if_match='"1"')
    corrected = await cast.olga.put(path, body, if_match='"1"')

    assert (unseen.status_code, code_of(wrong)) == (412, (422, "form_refused"))
    assert corrected.status_code == 200, corrected.text
    shown = await the_form(cast.pavel, visit)
    assert (shown["answers"]["gap_mm"], shown["stamps"]["gap_mm"]["author_id"]) == (15, str(cast.olga.id))
    newest, first = await history(cast, visit, form)
    assert (newest["reason"], newest["written"], first["answers"]) == ("По звонку", ["gap_mm"], FULL)
    assert (await cast.pavel.put(path, body, if_match="*")).status_code == 403


async def test_a_phone_does_not_overwrite_what_the_office_corrected_unseen(cast, form):
    visit = await visit_in_progress(cast)
    await answered(visit, form, FULL)
    path = f"/visits/{visit.id}/forms/{form['id']}"
    await cast.olga.put(path, {"answers": {"gap_mm": 15}, "reason": "По звонку"}, if_match="*")

    late = await answered(visit, form, {"gap_mm": 13}, base={"gap_mm": 12.5})

    assert sides(late) == [("gap_mm", 12.5, 13, 15)]
    assert (await the_form(cast.olga, visit))["answers"]["gap_mm"] == 15


@pytest.mark.covers("M29")
async def test_a_dispatcher_decides_which_answer_holds(cast, form):
    visit = await visit_in_progress(cast)
    await answered(visit, form, FULL)
    path = f"/visits/{visit.id}/forms/{form['id']}"
    await cast.olga.put(path, {"answers": {"gap_mm": 15}, "reason": "По звонку"}, if_match="*")
    [conflict] = (await answered(visit, form, {"gap_mm": 13}, base={"gap_mm": 12.5}))["conflicts"]
    assert (await cast.olga.get("/field/conflicts?is_open=true")).json()["items"] == [conflict]
    resolve = f"/field/conflicts/{conflict['id']}/resolve"

    wrong = await cast.olga.post(resolve, {"decision": "other", "value": 99})
    decided = await cast.olga.post(resolve, {"decision": "mine", "comment": "Перемерил"})

    assert code_of(wrong) == (422, "chosen_invalid")
    assert decided.status_code == 200, decided.text
    assert (decided.json()["chosen"], decided.json()["subject_kind"]) == (13, "visit_form")
    shown = await the_form(cast.pavel, visit)
    assert (shown["answers"]["gap_mm"], shown["stamps"]["gap_mm"]["author_id"]) == (13, str(cast.olga.id))
    assert (await history(cast, visit, form))[0]["reason"] == "Перемерил"
    assert (await cast.olga.get("/inbox?is_open=true")).json()["items"] == []


async def test_reading_many_forms_takes_as_many_statements_as_one(cast, form, engine):
    visit = await visit_in_progress(cast)
    with statements_of(engine) as one_form:
        await forms_of(cast.pavel, visit)
    forms = [form] + [await a_published_form(cast, code=f"form_{number}") for number in range(5)]
    await ask_for(cast, *(rule("form", level="off", form_id=one["id"]) for one in forms))

    with statements_of(engine) as six_forms:
        await forms_of(cast.pavel, visit)

    assert len(six_forms) == len(one_form)


# The same, as values

PHONE, OTHER = (uuid7(), uuid7()), (uuid7(), uuid7())
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def stamp(minutes, hand=PHONE, seq=None):
    return Stamp(AT + timedelta(minutes=minutes), hand[0], hand[1], seq)


def test_of_one_device_the_later_answer_counts_in_whatever_order_they_come():
    first = take(NOTHING_YET, {"gap": 1, "note": "a"}, {}, stamp(0))
    late = take(take(NOTHING_YET, {"gap": 2}, {}, stamp(5)).filled, {"gap": 1, "note": "a"}, {}, stamp(0))

    assert take(first.filled, {"gap": 2}, {}, stamp(5)).filled.answers == {"gap": 2, "note": "a"}
    assert (late.filled.answers, late.written) == ({"gap": 2, "note": "a"}, ["note"])


def test_numbers_of_a_device_decide_before_its_clock():
    now = take(NOTHING_YET, {"gap": 1}, {}, stamp(60, seq=1)).filled

    later = take(now, {"gap": 2}, {}, stamp(0, seq=2))

    assert later.filled.answers == {"gap": 2}


ACTS = st.lists(
    st.tuples(st.sampled_from("abc"), st.one_of(st.none(), st.integers(0, 3))), min_size=1, max_size=8
)


@settings(deadline=None)
@given(acts=ACTS, order=st.randoms(use_true_random=False), repeats=st.integers(1, 3))
def test_shuffled_and_repeated_answers_of_one_phone_end_as_if_they_came_in_order(acts, order, repeats):
    commands = [({field: value}, stamp(minute, seq=minute)) for minute, (field, value) in enumerate(acts)]
    expected = {}
    for sent, _ in commands:
        expected |= sent

    arriving = commands * repeats
    order.shuffle(arriving)
    now = NOTHING_YET
    for sent, at in arriving:
        taken = take(now, sent, {}, at)
        assert taken.clashes == []
        now = taken.filled

    assert now.answers == {field: value for field, value in expected.items() if value is not None}


@settings(deadline=None)
@given(acts=st.lists(st.tuples(st.booleans(), st.sampled_from("ab"), st.integers(0, 3)), max_size=10))
def test_no_answer_disappears_without_a_conflict(acts):
    """Two hands that never see each other: whoever is not taken is told, or had replaced it himself."""
    now = NOTHING_YET
    said = {}
    for minute, (is_other, field, value) in enumerate(acts):
        hand = OTHER if is_other else PHONE
        taken = take(now, {field: value}, {}, stamp(minute, hand))
        said[hand, field] = (value, bool(taken.clashes))
        if not taken.written and not taken.clashes:
            del said[hand, field]  # somebody said so before him
        now = taken.filled

    for (_, field), (value, is_told) in said.items():
        assert is_told or now.answers[field] == value


def test_only_what_was_answered_before_the_end_comes_too_late_for_nothing():
    assert is_in_time(is_at_work=True, answered_at=AT, finished_at=None)
    assert is_in_time(is_at_work=False, answered_at=AT, finished_at=AT + timedelta(seconds=1))
    assert not is_in_time(is_at_work=False, answered_at=AT, finished_at=AT)
    assert not is_in_time(is_at_work=False, answered_at=AT, finished_at=None)
