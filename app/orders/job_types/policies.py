"""What a job type may ask for: values in, faults out; and what its ladder may do."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Any


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
"""Remind at half time; at the deadline tell the dispatcher and ask the next candidate; then the supervisor."""


def faults_of_checklist(checklist: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """Each as `{"path": …, "code": …}`: codes that repeat, choices that are missing or senseless."""
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
