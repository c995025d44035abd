"""The skills and job types of a new company. With them it can book its first visit at once."""

from typing import Any
from uuid import UUID

from app.core.i18n import text
from app.core.ids import uuid7
from app.orders.job_types.policies import DEFAULT_LADDER
from app.orders.statuses import JobKind

TABLE = "setup"
"""Table of the texts with the names and questions, in the company's language."""

SKILLS = ("measure", "install", "service")

JOB_TYPES: list[dict[str, Any]] = [
    {
        "code": JobKind.MEASUREMENT,
        "duration_min": 60,
        "skill": "measure",
        "checklist": [
            ("lift", "yes_no"),
            ("parking", "yes_no"),
            ("old_windows", "choice", ["old_wood", "old_plastic", "old_none"]),
            ("wishes", "text"),
        ],
        "optional": {"wishes"},
        "proofs": {"photos": 1, "measurement": True, "photo_act": True},
    },
    {
        "code": JobKind.INSTALLATION,
        "duration_min": 240,
        "skill": "install",
        "checklist": [
            ("level", "yes_no"),
            ("opens_freely", "yes_no"),
            ("foam_filled", "yes_no"),
            ("fittings_adjusted", "yes_no"),
            ("rubbish_removed", "yes_no"),
            ("care_explained", "yes_no"),
            ("remarks", "text"),
        ],
        "optional": {"remarks"},
        "proofs": {"photos": 2, "checklist": True, "act": True},
    },
    {
        "code": JobKind.SERVICE,
        "duration_min": 90,
        "skill": "service",
        "checklist": [
            ("complaint_confirmed", "yes_no"),
            ("cause", "choice", ["cause_wear", "cause_fault", "cause_use", "cause_other"]),
            ("works_now", "yes_no"),
            ("remarks", "text"),
        ],
        "optional": {"remarks"},
        "proofs": {"photos": 1, "checklist": True, "act": True},
    },
]


def default_skills(lang: str) -> dict[str, str]:
    """Names of the skills by code."""
    return {code: text(lang, TABLE, f"skill_{code}") for code in SKILLS}


def default_job_types(company_id: UUID, lang: str) -> list[dict[str, Any]]:
    """Rows of `job_type`."""
    return [_row(company_id, lang, kind) for kind in JOB_TYPES]


def _row(company_id: UUID, lang: str, kind: dict[str, Any]) -> dict[str, Any]:
    return {
        "company_id": company_id,
        "id": uuid7(),
        "code": kind["code"],
        "kind": kind["code"],
        "name": text(lang, TABLE, f"job_{kind['code']}"),
        "duration_min": kind["duration_min"],
        "required_skills": [kind["skill"]],
        "ladder": DEFAULT_LADDER,
        "checklist": [
            _question(lang, *question, required=question[0] not in kind["optional"])
            for question in kind["checklist"]
        ],
        "proofs": kind["proofs"],
    }


def _question(
    lang: str, code: str, kind: str, choices: list[str] | None = None, *, required: bool
) -> dict[str, Any]:
    question = {"code": code, "title": text(lang, TABLE, f"ask_{code}"), "kind": kind, "required": required}
    if choices:
        question["choices"] = [text(lang, TABLE, choice) for choice in choices]
    return question
