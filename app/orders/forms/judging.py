"""Judges answers by the version of the form that was filled in. Pure: nothing is read or written here."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from app.orders.forms.policies import TEXT_LENGTH_MAX

Schema = Mapping[str, Any]
Answers = Mapping[str, Any]
"""Values by field. Null counts as no answer."""

FORMATS = FormatChecker(formats=())


def _is_date(value: object) -> bool:
    return not isinstance(value, str) or bool(msgspec.convert(value, date))


def _is_id(value: object) -> bool:
    return not isinstance(value, str) or bool(msgspec.convert(value, UUID))


FORMATS.checks("date", raises=msgspec.ValidationError)(_is_date)
FORMATS.checks("attachment", raises=msgspec.ValidationError)(_is_id)


class Problem(NamedTuple):
    path: str
    code: str
    params: dict[str, Any]


LIMITS = {
    "minimum": "answer_too_small",
    "maximum": "answer_too_large",
    "minLength": "answer_too_short",
    "maxLength": "answer_too_long",
    "minItems": "answers_too_few",
    "maxItems": "answers_too_many",
}
"""Keywords with a bound, and what is said of an answer beyond it."""


def find_problems(schema: Schema, answers: Answers, order: Sequence[str]) -> list[Problem]:
    """All problems of a whole form, in the order in which it is shown, then the answers to unknown questions."""
    given = {code: answer for code, answer in answers.items() if answer is not None}
    fields = schema["properties"]
    outsized = [one for code in given if code in fields for one in _outsized(code, fields[code], given[code])]
    unread = {_field_of(problem.path) for problem in outsized}
    small = {code: answer for code, answer in given.items() if code not in unread}
    errors = Draft202012Validator(schema, format_checker=FORMATS).iter_errors(small)
    judged = [problem for error in errors for problem in _problems_in(error, schema, given)]
    found = {_hashable(problem) for problem in (*outsized, *judged)}
    place = {code: number for number, code in enumerate(order)}
    ordered = sorted(found, key=lambda one: (place.get(_field_of(one[0]), len(place)), one))
    return [Problem(path, code, dict(params)) for path, code, params in ordered]


def find_problems_so_far(schema: Schema, answers: Answers, order: Sequence[str]) -> list[Problem]:
    """As for a whole form, but what is not answered yet is no problem."""
    return [problem for problem in find_problems(schema, answers, order) if problem.code != "answer_missing"]


def find_problems_of_whole(schema: Schema, answers: Answers, order: Sequence[str] = ()) -> list[Problem]:
    """What keeps a form from being complete. Answers to questions of other versions say nothing about this one."""
    known = {code: answer for code, answer in answers.items() if code in schema["properties"]}
    return find_problems(schema, known, order)


def is_complete(schema: Schema, answers: Answers) -> bool:
    """Whether every question that is shown and required has an answer, and all answers fit."""
    return not find_problems_of_whole(schema, answers)


def files_named(schema: Schema, answers: Answers) -> list[UUID]:
    """The files that answers name. The answers fit their questions."""
    named: list[UUID] = []
    for code, answer in answers.items():
        field = schema["properties"].get(code, {})
        if answer is not None and field.get("items", field).get("format") == "attachment":
            named += map(UUID, answer if isinstance(answer, list) else [answer])
    return list(dict.fromkeys(named))


def _field_of(path: str) -> str:
    """`answers.works[1]` -> `works`."""
    return path.removeprefix("answers.").partition("[")[0]


def _outsized(code: str, field: Mapping[str, Any], answer: Any) -> Iterator[Problem]:
    """What the validator must not read, because it would be busy for long.

    It matches a pattern before it looks at the length, and compares each item of a list with each other.
    """
    path, most = f"answers.{code}", field.get("maxItems", 0)
    if isinstance(answer, str) and len(answer) > (longest := field.get("maxLength", TEXT_LENGTH_MAX)):
        yield Problem(path, "answer_too_long", {"bound": longest})
    elif isinstance(answer, list) and most and len(answer) > most:
        yield Problem(path, "answers_too_many", {"bound": most})
    elif isinstance(answer, dict) or (isinstance(answer, list) and not all(map(_is_short, answer))):
        yield Problem(path, "answer_does_not_fit", {"kind": kind_of(field)})


def _is_short(item: object) -> bool:
    return isinstance(item, str) and len(item) <= TEXT_LENGTH_MAX


def _hashable(problem: Problem) -> tuple[str, str, tuple[tuple[str, Any], ...]]:
    return problem.path, problem.code, tuple(sorted(problem.params.items()))


def _problems_in(error: ValidationError, schema: Schema, given: Answers) -> Iterator[Problem]:
    """One error of the validator in our words. `required` and `additionalProperties` speak of the whole form."""
    if error.validator == "required":
        for code in error.validator_value:
            if code not in given:
                yield Problem(f"answers.{code}", "answer_missing", {})
    elif error.validator == "additionalProperties":
        for code in sorted(set(given) - set(schema["properties"])):
            yield Problem(f"answers.{code}", "question_unknown", {})
    else:
        yield _problem_of_answer(error, schema)


def _problem_of_answer(error: ValidationError, schema: Schema) -> Problem:
    path = "answers" + "".join(
        f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path
    )
    if error.validator in LIMITS:
        return Problem(path, LIMITS[error.validator], {"bound": error.validator_value})
    if error.validator == "pattern" and error.validator_value != r"\S":
        return Problem(path, "answer_against_pattern", {"pattern": error.validator_value})
    if error.validator == "uniqueItems":
        return Problem(path, "answers_repeated", {})
    field = schema["properties"][error.absolute_path[0]]
    is_inside = len(error.absolute_path) > 1
    return Problem(path, "answer_does_not_fit", {"kind": kind_of(field["items"] if is_inside else field)})


def kind_of(field: Mapping[str, Any]) -> str:
    """What people call such a field: a word of `[words]`."""
    match field:
        case {"enum": _}:
            return "choice"
        case {"format": "date"}:
            return "date"
        case {"format": "attachment"}:
            return "file"
    kinds = {"string": "text", "boolean": "yes_no", "integer": "whole_number", "array": "several_answers"}
    return kinds.get(field["type"], "number")
