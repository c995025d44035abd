"""Forms and proof rules that tests of visits start from. The rules go to both job types of the company."""

from typing import Any

from app.core.ids import uuid7
from tests.cast import Cast
from tests.stories import BookedVisit, tapped

QUESTIONS: dict[str, dict[str, Any]] = {
    "level": {"type": "boolean"},
    "why_not": {"type": "string", "x-shown-if": {"field": "level", "any_of": [False]}},
    "gap_mm": {"type": "number", "minimum": 0, "maximum": 60},
    "foam": {"type": "string", "enum": ["winter", "summer"]},
    "note": {"type": "string"},
}
REQUIRED = ("level", "why_not", "gap_mm")


def definition(
    questions: dict[str, dict[str, Any]] = QUESTIONS, required: tuple[str, ...] = REQUIRED
) -> dict[str, Any]:
    fields = {code: {"label": {"ru": f"Вопрос {code}"}} for code in questions}
    return {
        "schema": {
            "type": "object",
            "properties": questions,
            "required": [code for code in required if code in questions],
        },
        "ui": {"order": list(questions), "fields": fields},
    }


async def a_published_form(
    cast: Cast, questions: dict[str, dict[str, Any]] = QUESTIONS, *, code: str = "handover"
) -> dict[str, Any]:
    """As the office gets it: with `id`, `published_version` and `version`."""
    body = {"code": code, "name": {"ru": "Сдача работ"}, "draft": definition(questions)}
    made = (await cast.sergei.post("/forms", body)).json()
    return await publish(cast, made)


async def publish(
    cast: Cast, form: dict[str, Any], questions: dict[str, dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Publish the form as it is, or with other questions."""
    path = f"/forms/{form['id']}"
    if questions is not None:
        changed = await cast.sergei.patch(path, {"draft": definition(questions)}, if_match="*")
        assert changed.status_code == 200, changed.text
    published = await cast.sergei.post(f"{path}/publish", if_match="*")
    assert published.status_code == 200, published.text
    return dict(published.json())


def rule(
    proof: str, at_least: int = 1, *, stage: str = "complete", level: str = "required", **more: Any
) -> Any:
    return {"proof": proof, "stage": stage, "level": level, "at_least": at_least, **more}


async def ask_for(cast: Cast, *rules: dict[str, Any]) -> None:
    for job_type_id in (cast.measurement_type_id, cast.installation_type_id):
        changed = await cast.sergei.patch(f"/job-types/{job_type_id}", {"proofs": list(rules)}, if_match="*")
        assert changed.status_code == 200, changed.text


async def answer(
    visit: BookedVisit, form: dict[str, Any], answers: dict[str, Any], *, by: Any = None, **fields: Any
) -> Any:
    """A worker answers the version that is published, unless `fields` name another."""
    body = {"form_id": form["id"], "version": form["published_version"], "answers": answers} | fields
    return await (by or visit.worker).post(f"/field/visits/{visit.id}/forms", tapped() | body)


async def answered(visit: BookedVisit, form: dict[str, Any], answers: dict[str, Any], **fields: Any) -> Any:
    taken = await answer(visit, form, answers, **fields)
    assert taken.status_code == 200, taken.text
    return taken.json()


async def forms_of(person: Any, visit: BookedVisit) -> Any:
    found = await person.get(f"/visits/{visit.id}/forms")
    assert found.status_code == 200, found.text
    return found.json()


def some_id() -> str:
    return str(uuid7())
