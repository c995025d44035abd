"""What one step of a plan would do: values in, values out."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

from app.crm.plans.values import TouchStep
from app.notifications.api import LegalClass, PublishedText


class StepTally(NamedTuple):
    """Counted for one step, for all clients so far."""

    messages: int = 0
    segments: int = 0
    """Parts of SMS."""
    tasks: int = 0
    talks: int = 0
    """No consent to advertising: somebody speaks about it."""
    stopped: int = 0
    """He wants no such messages."""
    unreachable: int = 0
    """He has no phone or e-mail for it."""
    unmet: int = 0
    """A condition is not met today."""

    def plus(self, other: Self) -> "StepTally":
        return StepTally(*(mine + its for mine, its in zip(self, other, strict=True)))

    @classmethod
    def read(cls, stored: Mapping[str, Any] | None) -> "StepTally":
        return StepTally(**(stored or {}))


class Reached(NamedTuple):
    """By which channel a client would be written to, or why by none."""

    channel: str | None
    reason: str = ""


def times_of(step: TouchStep) -> int:
    """How often the step comes."""
    return (step.repeat.times or 1) if step.repeat else 1


def tally_message(
    step: TouchStep, reached: Reached, text: PublishedText, *, lang: str, words: Mapping[str, str]
) -> StepTally:
    """One client, for all the times that the step comes."""
    times = times_of(step)
    if reached.channel == "sms":
        return StepTally(messages=times, segments=times * text.count_segments(lang, words))
    if reached.channel is not None:
        return StepTally(messages=times)
    if reached.reason == "contact":
        return StepTally(unreachable=1)
    wants_talk = step.message is not None and step.message.without_consent == "task"
    return StepTally(talks=1) if reached.reason == "consent" and wants_talk else StepTally(stopped=1)


def longest_words(text: PublishedText, known: Mapping[str, str], lang: str) -> dict[str, str]:
    """The words of a message: what is known, and the longest example of everything else."""
    samples: Mapping[str, Mapping[str, Sequence[str]]] = text.content.get("variables") or {}
    longest = {name: max(said.get(lang) or said.get("ru") or [""], key=len) for name, said in samples.items()}
    return longest | {name: value for name, value in known.items() if value}


def is_withheld(legal_class: LegalClass | None, *, is_control: bool) -> bool:
    """Whether somebody of the control group gets nothing of the step."""
    return is_control and legal_class not in (LegalClass.SERVICE, LegalClass.FEEDBACK)
