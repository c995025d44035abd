"""A plan that cannot be carried out is refused with the place and the reason."""

import msgspec
import pytest

from app.crm.plans import policies
from app.crm.plans.conditions import CONDITIONS, ConditionName
from app.crm.plans.policies import PlanInvalid, check_plan, check_texts
from app.crm.plans.starters import starter_plans, starter_templates
from app.crm.plans.values import PlanContent
from app.crm.rules.words import in_a_sentence
from app.notifications.api import Channel, LegalClass, PublishedText
from app.notifications.channels.sms.segments import count_segments
from app.notifications.legal import PRIORITIES
from app.notifications.templates.composing import write_from
from app.notifications.templates.policies import Draft, faults_of
from app.notifications.templates.schemas import TemplateDraft

CALL = {"channel": "call", "note": "Позвонить", "responsible": {"by": "owner"}}
INVITE = {"template": "invite", "channels": [{"channel": "sms"}]}


def a_plan(*steps, **fields):
    given = {"audience": {"trigger": "request"}, "stops": ["replied"], "steps": list(steps)} | fields
    return msgspec.convert(given, PlanContent)


def a_step(code="call", **fields):
    return {"code": code} | ({"task": CALL} if "message" not in fields else {}) | fields


def faults(content, texts=None):
    try:
        check_plan(content) if texts is None else check_texts(content, texts)
    except PlanInvalid as refused:
        return [(one["path"], one["code"]) for one in refused.params["errors"]]
    return []


def a_text(kind="invite", legal_class=LegalClass.MARKETING, variables=("company",), **texts):
    content = {"ru": texts or {"sms": "{company}: приходите"}, "en": None}
    return {kind: PublishedText(kind, legal_class, content | {"variables": {name: {} for name in variables}})}


@pytest.mark.covers("R36")
@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (a_plan(), ("steps", "plan_is_empty")),
        (a_plan(a_step(), a_step()), ("steps[0].code", "plan_step_twice")),
        (a_plan(a_step(), stops=[]), ("stops", "plan_without_stop")),
        (a_plan(a_step(after="other")), ("steps[0].after", "plan_step_unknown")),
        (a_plan(a_step(after="call")), ("steps[0].after", "plan_goes_in_a_circle")),
        (
            a_plan(a_step("a", after="c"), a_step("b", after="a"), a_step("c", after="b")),
            ("steps[1].after", "plan_goes_in_a_circle"),
        ),
        (
            a_plan(a_step(repeat={"every": {"amount": 3, "unit": "month"}})),
            ("steps[0].repeat.times", "plan_without_end"),
        ),
        (
            a_plan(a_step(repeat={"every": {"amount": 0}, "times": 2})),
            ("steps[0].repeat.every", "plan_repeats_at_once"),
        ),
        (a_plan({"code": "nothing"}), ("steps[0]", "plan_step_is_one_thing")),
        (a_plan(a_step(message=INVITE) | {"task": CALL}), ("steps[0]", "plan_step_is_one_thing")),
        (
            a_plan(a_step(delay={"amount": 1, "is_before": True})),
            ("steps[0].delay.is_before", "plan_before_what_was"),
        ),
        (a_plan(a_step(delay={"anchor": "previous"})), ("steps[0].delay.anchor", "plan_nothing_before")),
        (a_plan(a_step(on=["done"])), ("steps[0].on", "plan_nothing_before")),
        (
            a_plan(a_step(), a_step("b", after="call", on=["sent"])),
            ("steps[1].on", "plan_end_unknown"),
        ),
        (
            a_plan(a_step(conditions=[{"name": "balance_above"}])),
            ("steps[0].conditions[0].name", "plan_condition_unknown"),
        ),
        (
            a_plan(a_step(conditions=[{"name": "unanswered"}])),
            ("steps[0].conditions[0].name", "plan_condition_unfit"),
        ),
        (
            a_plan(a_step(conditions=[{"name": "status", "any_of": ["vip"]}])),
            ("steps[0].conditions[0].any_of", "plan_condition_word_unknown"),
        ),
        (
            a_plan(a_step(conditions=[{"name": "silent"}])),
            ("steps[0].conditions[0].number", "plan_condition_without_number"),
        ),
        (
            a_plan(a_step(), audience={"trigger": "status"}),
            ("audience.statuses", "plan_status_missing"),
        ),
        (
            a_plan(
                a_step(delay={"amount": 40, "is_before": True, "anchor": "due"}),
                audience={"trigger": "track", "days_before": 30},
            ),
            ("steps[0].delay.amount", "plan_begins_later"),
        ),
        (
            a_plan(a_step(task=CALL | {"responsible": {"by": "role"}})),
            ("steps[0].task.responsible.role", "plan_role_missing"),
        ),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_where_it_does_not(content, fault):
    assert fault in faults(content)


@pytest.mark.covers("R36")
@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ({}, "plan_template_unknown"),
        (a_text(email_text="x", email_subject="x"), "plan_template_without_text"),
        (a_text(variables=("company", "balance")), "plan_variable_unknown"),
    ],
)
def test_a_plan_is_published_only_with_texts_that_can_be_sent(texts, code):
    content = a_plan(a_step(message=INVITE))

    assert faults(content) == []
    assert [found for _, found in faults(content, texts)] == [code]
    assert faults(content, a_text()) == []


def test_the_class_of_a_step_is_that_of_its_template():
    content = a_plan(a_step(message=INVITE))

    assert policies.is_marketing(content, a_text())
    assert not policies.is_marketing(content, a_text(legal_class=LegalClass.SERVICE))


def test_every_guard_says_what_it_needs():
    assert set(CONDITIONS) == set(ConditionName)


@pytest.mark.covers("R23", "R24", "R26")
@pytest.mark.parametrize("lang", ["ru", "en"])
def test_the_plans_that_the_product_brings_along_can_be_carried_out(lang):
    """With the texts it brings along, published as they are."""
    texts = {one.kind: PublishedText(one.kind, one.legal_class, one.draft) for one in starter_templates()}
    used = set()
    for plan in starter_plans(lang):
        assert faults(plan.content) == [], plan.code
        assert faults(plan.content, texts) == [], plan.code
        used |= {step.message.template for step in plan.content.steps if step.message}
    codes = {plan.code for plan in starter_plans(lang)}

    assert used == set(texts)
    assert {"newcomer", "fan", "dormant", "returnee", "left_to_think", "lead_first", "need_due"} <= codes


@pytest.mark.covers("R27", "R28", "R29")
def test_a_newcomer_is_asked_for_a_review_then_offered_something_and_reminded_of_the_next_visit():
    """The review is asked for whatever he answered; who is not content gets a call instead of an offer."""
    (newcomer,) = [plan for plan in starter_plans("ru") if plan.code == "newcomer"]
    steps = {step.code: step for step in newcomer.content.steps}
    messages = [step.message.template for step in newcomer.content.steps if step.message]

    assert messages == ["plan_quality", "plan_review", "plan_other_service", "plan_closes", "plan_invite"]
    assert steps["review"].conditions == []
    assert [one.name for one in steps["other_service"].conditions] == ["interest", "nothing_booked"]
    assert (steps["talk"].message, steps["talk"].conditions[0].any_of) == (None, ["partly", "no"])
    assert steps["invite"].delay.is_before
    assert steps["invite"].repeat is not None


def test_the_texts_that_the_product_brings_along_are_what_their_class_says():
    for one in starter_templates():
        msgspec.convert(one.draft, TemplateDraft)
        priority = one.priority or PRIORITIES[one.legal_class][0]
        assert faults_of(Draft(one.kind, one.legal_class, priority, one.draft)) == [], one.kind


LAWFUL = [one for one in starter_templates() if one.legal_class != LegalClass.MARKETING]


@pytest.mark.covers("R177")
@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("template", LAWFUL, ids=lambda one: one.kind)
@pytest.mark.parametrize("added", [" Скидка 10 %!", " Special offer: 10% off."])
def test_one_word_of_promotion_makes_such_a_text_of_the_product_unlawful(template, lang, added):
    texts = template.draft[lang]
    promoting = {**template.draft, lang: texts | {"sms": texts["sms"] + added}}
    priority = template.priority or PRIORITIES[template.legal_class][0]

    faults = faults_of(Draft(template.kind, template.legal_class, priority, promoting))

    assert {(fault["path"], fault["code"]) for fault in faults} == {(f"{lang}.sms", "template_promotes")}


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("template", starter_templates(), ids=lambda one: one.kind)
def test_no_sms_of_a_plan_is_longer_than_three_parts_whoever_gets_it(template, lang):
    long = {
        "company": "Мастерская светопрозрачных конструкций",
        "name": "Константинопольская Александра Вениаминовна",
        "what": "обслуживание и регулировка, замена уплотнителей",
    }

    written = write_from(template.draft, lang, Channel.SMS, long)

    assert count_segments(written.body).parts <= 3


def test_services_begin_small_within_a_sentence_and_abbreviations_stay():
    names = ["Москитные сетки", "ПВХ-окна", "Москитные сетки"]

    assert in_a_sentence(names) == "москитные сетки, ПВХ-окна"
