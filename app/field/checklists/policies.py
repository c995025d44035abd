"""Whether answers fit a company's form."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

TEXT_LENGTH_MAX = 2000
NUMBER_MAX = 10**12


class Problem(NamedTuple):
    path: str
    code: str
    params: dict[str, Any]


def find_problems(form: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> list[Problem]:
    """All problems in the order of the form, then the answers to unknown questions. Null counts as no answer."""
    given = {code: answer for code, answer in answers.items() if answer is not None}
    asked = {item["code"]: item for item in form}
    problems = []
    for code, item in asked.items():
        if code not in given:
            if item.get("required"):
                problems.append(Problem(f"answers.{code}", "answer_missing", {}))
        elif not fits(item, given[code]):
            problems.append(Problem(f"answers.{code}", "answer_does_not_fit", {"kind": item["kind"]}))
    strange = [code for code in given if code not in asked]
    return problems + [Problem(f"answers.{code}", "question_unknown", {}) for code in strange]


class Form(NamedTuple):
    """A checklist that somebody may have been shown."""

    version: str
    questions: list[dict[str, Any]]


def form_shown(forms: Sequence[Form], *, version: str | None, answers: Mapping[str, Any]) -> Form | None:
    """The form that these answers are for. `forms` are those that he can have seen, the present one first.

    An app that does not name the version has seen the newest one that the answers fit. If they fit none, it is the
    present one. None: nobody was shown this version.
    """
    if version is not None:
        return next((form for form in forms if form.version == version), None)
    return next((form for form in forms if not find_problems(form.questions, answers)), forms[0])


def fits(item: Mapping[str, Any], answer: object) -> bool:
    """Whether an answer fits the kind of its question: yes_no, number, choice or text."""
    match item["kind"]:
        case "yes_no":
            return isinstance(answer, bool)
        case "number":
            is_number = isinstance(answer, int | float) and not isinstance(answer, bool)
            return is_number and abs(answer) <= NUMBER_MAX  # type: ignore[arg-type]  # a number by then
        case "choice":
            return answer in (item.get("choices") or ())
        case _:
            return isinstance(answer, str) and 0 < len(answer.strip()) <= TEXT_LENGTH_MAX
