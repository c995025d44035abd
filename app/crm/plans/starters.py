"""The plans and templates that a company finds as drafts: `starters.toml` as values."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from app.crm.plans.values import PlanContent
from app.notifications.api import LegalClass, Priority, ProposedTemplate

SAMPLES: dict[str, dict[str, list[str]]] = {
    "company": {"ru": ["Окна Плюс"], "en": ["Okna Plus"]},
    "name": {"ru": ["Анна Петровна"], "en": ["Anna"]},
    "what": {"ru": ["обслуживание и регулировка"], "en": ["maintenance and adjustment"]},
    "day": {"ru": ["15 октября"], "en": ["15 October"]},
    "place": {"ru": ["ул. Лесная, 5"], "en": ["Lesnaya st. 5"]},
    "worker": {"ru": ["Павел Громов"], "en": ["Pavel Gromov"]},
}
"""By which the longest message is reckoned."""


class StarterPlan(NamedTuple):
    code: str
    name: str
    content: PlanContent


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("starters.toml").read_text(encoding="utf-8"))


def starter_plans(lang: str) -> list[StarterPlan]:
    """The plans with names and notes in this language."""
    return [_plan(code, data, lang) for code, data in _data()["plans"].items()]


def _plan(code: str, data: Mapping[str, Any], lang: str) -> StarterPlan:
    given = {name: value for name, value in data.items() if not name.startswith("name_")}
    given["steps"] = [_step(step, lang) for step in data["steps"]]
    return StarterPlan(code, data[f"name_{lang}"], msgspec.convert(given, PlanContent))


def _step(step: Mapping[str, Any], lang: str) -> dict[str, Any]:
    if (task := step.get("task")) is None:
        return dict(step)
    said = {name: value for name, value in task.items() if not name.startswith("note_")}
    return dict(step) | {"task": said | {"note": task[f"note_{lang}"]}}


def starter_templates() -> list[ProposedTemplate]:
    """The texts of the plans, in both languages."""
    return [_template(kind, data) for kind, data in _data()["templates"].items()]


def _template(kind: str, data: Mapping[str, Any]) -> ProposedTemplate:
    texts = {lang: data[lang] for lang in ("ru", "en")}
    written = " ".join(text for one in texts.values() for text in one.values())
    used = {name: said for name, said in SAMPLES.items() if f"{{{name}}}" in written}
    priority = Priority(data["priority"]) if "priority" in data else None
    return ProposedTemplate(kind, LegalClass(data["legal_class"]), priority, {**texts, "variables": used})
