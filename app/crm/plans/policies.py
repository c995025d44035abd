"""Whether a plan can be carried out: values in, faults out. Also the statuses of a plan."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from typing import Any

from app.core.errors import Invalid
from app.crm.plans.conditions import CONDITIONS, ConditionName
from app.crm.plans.values import Anchor, Condition, PlanContent, Responsible, TouchStep, Trigger
from app.crm.statuses.policies.history import ClientStatus
from app.notifications.api import LegalClass, PublishedText

Fault = dict[str, Any]
"""`{"path": "steps[2].after", "code": …, "params": {…}}`."""

MESSAGE_ENDS = ("sent", "skipped", "failed")
TASK_ENDS = ("no_answer", "refused", "agreed", "wrong_number", "done", "dropped", "skipped")
VARIABLES = ("company", "name", "what", "day", "place", "worker")
"""Words that a template of a plan may use: the company, the client’s first name, what comes due, when and where, and
who worked there last."""


FROM_DAYS = (Anchor.DUE, Anchor.READY, Anchor.BIRTHDAY)
"""Days that can still be ahead."""
OF_RETURNEES = frozenset({ClientStatus.RETURNEE})


class PlanStatus(StrEnum):
    OFF = "off"
    """Nobody has released it yet."""
    ON = "on"
    PAUSED = "paused"
    """Nobody comes into it, and nothing of it goes."""
    RETIRED = "retired"


MOVES: dict[PlanStatus, frozenset[PlanStatus]] = {
    PlanStatus.OFF: frozenset({PlanStatus.ON, PlanStatus.RETIRED}),
    PlanStatus.ON: frozenset({PlanStatus.PAUSED, PlanStatus.RETIRED}),
    PlanStatus.PAUSED: frozenset({PlanStatus.ON, PlanStatus.RETIRED}),
    PlanStatus.RETIRED: frozenset(),
}
"""Every move of a plan. The database refuses others."""


class PlanInvalid(Invalid):
    """The plan cannot be carried out; `errors` say where and why."""

    code = "plan_invalid"


def check_plan(content: PlanContent) -> None:
    """See that a draft makes sense in itself. Its templates are looked at when it is published.

    Raises:
        PlanInvalid: all that is wrong.
    """
    _refuse([*_of_audience(content), *_of_steps(content), *_of_order(content), *_of_end(content)])


def check_texts(content: PlanContent, texts: Mapping[str, PublishedText]) -> None:
    """See that every template is published, has a text for each channel, and uses words that a plan knows.

    Raises:
        PlanInvalid: all that is wrong.
    """
    _refuse([fault for n, step in enumerate(content.steps) for fault in _of_message(n, step, texts)])


def is_marketing(content: PlanContent, texts: Mapping[str, PublishedText]) -> bool:
    """Whether a person must answer for what it sends."""
    kinds = [step.message.template for step in content.steps if step.message]
    return any(kind in texts and texts[kind].legal_class == LegalClass.MARKETING for kind in kinds)


def wins_back(content: PlanContent) -> bool:
    """Whether a plan does what a recovery case does."""
    audience = content.audience
    return audience.trigger == Trigger.DISAPPOINTMENT or frozenset(audience.statuses) == OF_RETURNEES


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise PlanInvalid(errors=faults)


def _fault(path: str, code: str, **params: Any) -> Fault:
    return {"path": path, "code": code, "params": params}


def _of_audience(content: PlanContent) -> Iterator[Fault]:
    audience = content.audience
    if audience.trigger == Trigger.STATUS and not audience.statuses:
        yield _fault("audience.statuses", "plan_status_missing")
    if audience.trigger != Trigger.TRACK and audience.categories:
        yield _fault("audience.categories", "plan_categories_unfit")
    yield from _of_conditions("audience.only_if", audience.only_if, audience.trigger)


def _of_conditions(path: str, conditions: Collection[Condition], trigger: Trigger) -> Iterator[Fault]:
    for n, condition in enumerate(conditions):
        yield from _of_condition(f"{path}[{n}]", condition, trigger)


def _of_condition(path: str, condition: Condition, trigger: Trigger) -> Iterator[Fault]:
    if condition.name not in set(ConditionName):
        yield _fault(
            f"{path}.name", "plan_condition_unknown", condition=condition.name, known=", ".join(ConditionName)
        )
        return
    needs = CONDITIONS[ConditionName(condition.name)]
    if trigger not in needs.triggers:
        yield _fault(f"{path}.name", "plan_condition_unfit", condition=condition.name, trigger=str(trigger))
    if needs.must_have_words and not condition.any_of:
        yield _fault(f"{path}.any_of", "plan_condition_without_words", condition=condition.name)
    if not needs.takes_words and condition.any_of:
        yield _fault(f"{path}.any_of", "plan_condition_takes_no_words", condition=condition.name)
    if needs.words is not None:
        for word in set(condition.any_of) - set(needs.words):
            known = ", ".join(needs.words)
            yield _fault(
                f"{path}.any_of",
                "plan_condition_word_unknown",
                condition=condition.name,
                word=word,
                known=known,
            )
    if needs.number is True and condition.number is None:
        yield _fault(f"{path}.number", "plan_condition_without_number", condition=condition.name)
    if needs.number is False and condition.number is not None:
        yield _fault(f"{path}.number", "plan_condition_takes_no_number", condition=condition.name)


def _of_steps(content: PlanContent) -> Iterator[Fault]:
    if not content.steps:
        yield _fault("steps", "plan_is_empty")
    times = Counter(step.code for step in content.steps)
    for n, step in enumerate(content.steps):
        path = f"steps[{n}]"
        if times[step.code] > 1:
            yield _fault(f"{path}.code", "plan_step_twice", step=step.code)
        if (step.message is None) == (step.task is None):
            yield _fault(path, "plan_step_is_one_thing", step=step.code)
        yield from _of_delay(f"{path}.delay", step, content.audience.days_before, content.audience.trigger)
        yield from _of_conditions(f"{path}.conditions", step.conditions, content.audience.trigger)
        if step.task:
            yield from _of_responsible(f"{path}.task.responsible", step.task.responsible)
            yield from _of_responsible(f"{path}.task.deputy", step.task.deputy)


def _of_delay(path: str, step: TouchStep, days_before: int, trigger: Trigger) -> Iterator[Fault]:
    delay = step.delay
    if delay.is_before and delay.anchor not in FROM_DAYS:
        yield _fault(f"{path}.is_before", "plan_before_what_was", step=step.code)
    if delay.anchor == Anchor.PREVIOUS and step.after is None:
        yield _fault(f"{path}.anchor", "plan_nothing_before", step=step.code)
    is_long = delay.is_before and delay.anchor == Anchor.DUE and delay.unit == "day"
    if trigger == Trigger.TRACK and is_long and delay.amount > days_before:
        yield _fault(f"{path}.amount", "plan_begins_later", step=step.code, days=days_before)


def _of_responsible(path: str, responsible: Responsible | None) -> Iterator[Fault]:
    if responsible is not None and responsible.by == "role" and responsible.role is None:
        yield _fault(f"{path}.role", "plan_role_missing")


def _of_order(content: PlanContent) -> Iterator[Fault]:
    """Each step follows a step of the plan, and none follows itself, by whatever way."""
    after = {step.code: step.after for step in content.steps}
    for n, step in enumerate(content.steps):
        path = f"steps[{n}]"
        if step.after is None:
            if step.on:
                yield _fault(f"{path}.on", "plan_nothing_before", step=step.code)
            continue
        if step.after not in after:
            yield _fault(f"{path}.after", "plan_step_unknown", step=step.after)
            continue
        if _comes_back(step.code, after):
            yield _fault(f"{path}.after", "plan_goes_in_a_circle", step=step.code)
        yield from _of_ends(f"{path}.on", step, content)


def _comes_back(code: str, after: Mapping[str, str | None]) -> bool:
    seen: set[str] = set()
    at = after.get(code)
    while at is not None and at not in seen:
        if at == code:
            return True
        seen.add(at)
        at = after.get(at)
    return False


def _of_ends(path: str, step: TouchStep, content: PlanContent) -> Iterator[Fault]:
    earlier = content.step(step.after or "")
    known = TASK_ENDS if earlier and earlier.task else MESSAGE_ENDS
    for end in step.on:
        if end not in known:
            yield _fault(path, "plan_end_unknown", end=end, known=", ".join(known))


def _of_end(content: PlanContent) -> Iterator[Fault]:
    """Nobody stays in a plan for ever, and whoever answers is left in peace."""
    for n, step in enumerate(content.steps):
        if step.repeat is not None and step.repeat.times is None:
            yield _fault(f"steps[{n}].repeat.times", "plan_without_end", step=step.code)
        if step.repeat is not None and step.repeat.every.amount == 0:
            yield _fault(f"steps[{n}].repeat.every", "plan_repeats_at_once", step=step.code)
    if not content.stops:
        yield _fault("stops", "plan_without_stop")


def _of_message(n: int, step: TouchStep, texts: Mapping[str, PublishedText]) -> Iterator[Fault]:
    if step.message is None:
        return
    path, kind = f"steps[{n}].message", step.message.template
    if (text := texts.get(kind)) is None:
        yield _fault(f"{path}.template", "plan_template_unknown", template=kind)
        return
    for m, rung in enumerate(step.message.channels):
        if not text.has(rung.channel):
            place = f"{path}.channels[{m}]"
            yield _fault(place, "plan_template_without_text", template=kind, channel=rung.channel)
    for name in text.variables:
        if name not in VARIABLES:
            known = ", ".join(VARIABLES)
            yield _fault(
                f"{path}.template", "plan_variable_unknown", template=kind, variable=name, known=known
            )
