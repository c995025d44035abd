"""Decisions about job types: values in, values out. Also the actions of the ladder."""

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
"""Remind the worker at half time. At the deadline tell the dispatcher and offer the visit to the next candidate.
Remind that one too, and at last tell the supervisor."""
