"""Proof rules: what must be there before a stage of a visit. Pure, so that the same rules decide everywhere.

The server asks `states_at` when a command arrives, alone or in a batch. Phones get the rules as data and decide the
same without network. How, step by step:

1. Take the rules of the stage. A rule with the level `off` asks for nothing.
2. Count what there is. `photos`, `photo_act`, `signature`: files of that purpose which the server has. `act`: signed
   acts. `measurement`: sheets. `tag`: products whose tags were read at this visit. `form`: 1 if the form `form_id` of
   this visit is complete. `place`: 1 if the distance to the site minus the accuracy of the position is at most
   `within_m` metres.
3. If there are fewer than `at_least`, the proof is missing. One that is `required` stops the stage. One that is only to
   `warn` does not; it stands in the history of the visit.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

Rule = Mapping[str, Any]
"""`{"proof": "photos", "stage": "complete", "level": "required", "at_least": 2}`."""


class Proof(StrEnum):
    PHOTOS = "photos"
    PHOTO_ACT = "photo_act"
    SIGNATURE = "signature"
    FORM = "form"
    MEASUREMENT = "measurement"
    ACT = "act"
    TAG = "tag"
    PLACE = "place"


class Stage(StrEnum):
    """What the worker is about to do."""

    START = "start"
    COMPLETE = "complete"
    PARTIALLY_COMPLETE = "partially_complete"


class Level(StrEnum):
    REQUIRED = "required"
    WARN = "warn"
    OFF = "off"


COUNTED = frozenset({Proof.PHOTOS, Proof.PHOTO_ACT, Proof.SIGNATURE, Proof.MEASUREMENT, Proof.ACT, Proof.TAG})
"""Proofs of which a rule can ask for several."""


class Facts(NamedTuple):
    """What there is of a visit."""

    counts: Mapping[str, int]
    """By proof, for those in `COUNTED`."""
    complete_forms: Collection[str] = ()
    """Ids of the forms of this visit that are complete."""
    distance_m: float | None = None
    """From the position sent with the command to the site. None: no position that can be right."""
    accuracy_m: float = 0.0
    """Radius of that position."""


class ProofState(NamedTuple):
    proof: str
    stage: str
    level: str
    at_least: int
    present: int
    form_id: str | None = None
    within_m: int | None = None

    @property
    def is_missing(self) -> bool:
        return self.present < self.at_least


class Verdict(NamedTuple):
    missing: list[ProofState]
    """They stop the stage."""
    warnings: list[ProofState]
    """They are missing too, but only to be known."""


def states_at(stage: str | None, rules: Sequence[Rule], facts: Facts) -> list[ProofState]:
    """What the rules ask for at a stage, and how much of it there is. None: at all stages."""
    return [
        ProofState(
            proof=rule["proof"],
            stage=rule["stage"],
            level=rule["level"],
            at_least=rule.get("at_least", 1),
            present=_present(rule, facts),
            form_id=rule.get("form_id"),
            within_m=rule.get("within_m"),
        )
        for rule in rules
        if stage in (None, rule["stage"]) and rule["level"] != Level.OFF
    ]


def _present(rule: Rule, facts: Facts) -> int:
    match rule["proof"]:
        case Proof.FORM:
            return int(rule["form_id"] in facts.complete_forms)
        case Proof.PLACE:
            return int(is_near(facts.distance_m, facts.accuracy_m, within_m=rule["within_m"]))
    return facts.counts.get(rule["proof"], 0)


def is_near(distance_m: float | None, accuracy_m: float, *, within_m: int) -> bool:
    """Whether the worker can have been so near: what the position does not know counts for him."""
    return distance_m is not None and distance_m - accuracy_m <= within_m


def judge_proofs(states: Sequence[ProofState]) -> Verdict:
    missing = [state for state in states if state.is_missing]
    return Verdict(
        missing=[state for state in missing if state.level == Level.REQUIRED],
        warnings=[state for state in missing if state.level == Level.WARN],
    )


def forms_in(rules: Sequence[Rule]) -> list[str]:
    """Ids of the forms that the rules name, also those which are only shown (`off`), in their order."""
    named = (rule.get("form_id") for rule in rules if rule["proof"] == Proof.FORM)
    return list(dict.fromkeys(form_id for form_id in named if form_id is not None))


def faults_of_rules(rules: Sequence[Rule], *, usable_forms: Collection[str]) -> list[dict[str, Any]]:
    """Faults as `{"path": …, "code": …}`. `usable_forms` are published and not retired."""
    counted = Counter(_subject(rule) for rule in rules)
    return [
        {"path": f"proofs[{number}]{field}", "code": code}
        for number, rule in enumerate(rules)
        for field, code in _faults_of_rule(rule, usable_forms, is_repeated=counted[_subject(rule)] > 1)
    ]


def _subject(rule: Rule) -> tuple[str, str, str | None]:
    return rule["proof"], rule["stage"], rule.get("form_id")


def _faults_of_rule(
    rule: Rule, usable_forms: Collection[str], *, is_repeated: bool
) -> Iterator[tuple[str, str]]:
    proof = rule["proof"]
    if is_repeated:
        yield "", "rule_repeated"
    for field, owner in (("form_id", Proof.FORM), ("within_m", Proof.PLACE)):
        if proof == owner and rule.get(field) is None:
            yield f".{field}", "rule_incomplete"
        if proof != owner and rule.get(field) is not None:
            yield f".{field}", "rule_of_other_proof"
    if proof not in COUNTED and rule.get("at_least", 1) != 1:
        yield ".at_least", "rule_of_other_proof"
    if rule.get("form_id") is not None and rule["form_id"] not in usable_forms:
        yield ".form_id", "form_unusable"
