"""What a job type may ask for: values in, faults out."""

from collections import Counter
from collections.abc import Sequence
from typing import Any


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
