"""The skills, forms and job types of a new company. With them it can book its first visit at once."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.core.i18n import LANGS, text
from app.core.ids import uuid7
from app.orders.job_types.policies import DEFAULT_LADDER
from app.orders.proofs.policies import Level, Proof, Stage
from app.orders.statuses import JobKind

TABLE = "setup"
"""Table of the texts with the names and questions."""

SKILLS = ("measure", "install", "service")

YES_NO = {"type": "boolean"}
TEXT = {"type": "string"}
FORMS: dict[str, dict[str, dict[str, Any]]] = {
    JobKind.MEASUREMENT: {
        "lift": YES_NO,
        "parking": YES_NO,
        "old_windows": {"type": "string", "enum": ["old_wood", "old_plastic", "old_none"]},
        "wishes": TEXT,
    },
    JobKind.INSTALLATION: {
        "level": YES_NO,
        "opens_freely": YES_NO,
        "foam_filled": YES_NO,
        "fittings_adjusted": YES_NO,
        "rubbish_removed": YES_NO,
        "care_explained": YES_NO,
        "remarks": TEXT,
    },
    JobKind.SERVICE: {
        "complaint_confirmed": YES_NO,
        "cause": {"type": "string", "enum": ["cause_wear", "cause_fault", "cause_use", "cause_other"]},
        "works_now": YES_NO,
        "remarks": TEXT,
    },
}
"""The questions of each checklist. Texts are not required."""


def _rule(proof: Proof, at_least: int = 1, *, level: Level = Level.REQUIRED) -> dict[str, Any]:
    return {"proof": proof, "stage": Stage.COMPLETE, "level": level} | (
        {"at_least": at_least} if at_least > 1 else {}
    )


JOB_TYPES: list[dict[str, Any]] = [
    {
        "code": JobKind.MEASUREMENT,
        "duration_min": 60,
        "skill": "measure",
        "proofs": [
            _rule(Proof.PHOTOS),
            _rule(Proof.PHOTO_ACT),
            _rule(Proof.MEASUREMENT),
            _rule(Proof.FORM, level=Level.OFF),
        ],
    },
    {
        "code": JobKind.INSTALLATION,
        "duration_min": 240,
        "skill": "install",
        "proofs": [_rule(Proof.PHOTOS, 2), _rule(Proof.FORM), _rule(Proof.ACT)],
    },
    {
        "code": JobKind.SERVICE,
        "duration_min": 90,
        "skill": "service",
        "proofs": [_rule(Proof.PHOTOS), _rule(Proof.FORM), _rule(Proof.ACT)],
    },
]


def default_skills(lang: str) -> dict[str, str]:
    """Names of the skills by code."""
    return {code: text(lang, TABLE, f"skill_{code}") for code in SKILLS}


def _words(key: str) -> dict[str, str]:
    return {lang: text(lang, TABLE, key) for lang in LANGS}


def default_forms(company_id: UUID) -> list[dict[str, Any]]:
    """Rows of `form`, one for each default job type. They are not published yet."""
    return [
        {
            "company_id": company_id,
            "id": uuid7(),
            "code": code,
            "name": _words(f"form_{code}"),
            "draft": _definition(questions),
        }
        for code, questions in FORMS.items()
    ]


def _definition(questions: dict[str, dict[str, Any]]) -> dict[str, Any]:
    required = [code for code, field in questions.items() if field is not TEXT]
    return {
        "schema": {"type": "object", "properties": questions, "required": required},
        "ui": {
            "order": list(questions),
            "fields": {code: _words_of_field(code, field) for code, field in questions.items()},
        },
    }


def _words_of_field(code: str, field: dict[str, Any]) -> dict[str, Any]:
    words: dict[str, Any] = {"label": _words(f"ask_{code}")}
    if "enum" in field:
        words["choices"] = {choice: _words(choice) for choice in field["enum"]}
    return words


def default_job_types(company_id: UUID, lang: str, forms: Mapping[str, UUID]) -> list[dict[str, Any]]:
    """Rows of `job_type`. `forms` are the ids of the default forms by code."""
    return [_row(company_id, lang, kind, forms) for kind in JOB_TYPES]


def _row(company_id: UUID, lang: str, kind: dict[str, Any], forms: Mapping[str, UUID]) -> dict[str, Any]:
    form = {"form_id": str(forms[kind["code"]])}
    return {
        "company_id": company_id,
        "id": uuid7(),
        "code": kind["code"],
        "kind": kind["code"],
        "name": text(lang, TABLE, f"job_{kind['code']}"),
        "duration_min": kind["duration_min"],
        "required_skills": [kind["skill"]],
        "ladder": DEFAULT_LADDER,
        "proofs": [rule | form if rule["proof"] == Proof.FORM else rule for rule in kind["proofs"]],
    }
