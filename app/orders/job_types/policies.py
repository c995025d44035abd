"""Decisions about job types: values in, values out. Also the actions of the ladder."""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from app.core.canonical import canonical_hash


class Action(StrEnum):
    """What a step of the escalation ladder does."""

    REMIND_WORKER = "remind_worker"
    NOTIFY_DISPATCHER = "notify_dispatcher"
    REOFFER_NEXT = "reoffer_next"
    NOTIFY_SUPERVISOR = "notify_supervisor"


DEFAULT_LADDER: list[dict[str, Any]] = [
    {"at": 0.5, "action": Action.REMIND_WORKER},
    {"at": 1.0, "action": Action.NOTIFY_DISPATCHER},
    {"at": 1.0, "action": Action.REOFFER_NEXT},
    {"at": 1.5, "action": Action.REMIND_WORKER},
    {"at": 2.0, "action": Action.NOTIFY_SUPERVISOR},
]
"""Remind the worker at half time. At the deadline tell the dispatcher and offer the visit to the next candidate.
Remind that one too, and at last tell the supervisor."""


def faults_of_checklist(checklist: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """Faults as `{"path": …, "code": …}`: repeated codes, and choices that are missing or make no sense."""
    counted = Counter(item["code"] for item in checklist)
    faults = []
    for number, item in enumerate(checklist):
        path = f"checklist[{number}]"
        choices = item.get("choices") or []
        if counted[item["code"]] > 1:
            faults.append({"path": f"{path}.code", "code": "repeated"})
        if item["kind"] == "choice" and len(set(choices)) < 2:
            faults.append({"path": f"{path}.choices", "code": "too_few"})
        if item["kind"] != "choice" and choices:
            faults.append({"path": f"{path}.choices", "code": "not_a_choice"})
    return faults


def checklist_version(form: Sequence[Mapping[str, Any]]) -> str:
    """Names a form by what it asks: 16 signs of the hash of its canonical JSON. The same questions are one version."""
    return canonical_hash(list(form)).hex()[:16]
