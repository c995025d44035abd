"""Why clients were lost: what they say and what was found, and what nobody could have kept."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from app.crm.loss_reasons.values import CLASS_OF, LossReason, ReasonClass
from app.crm.losses.values import Reasons, Why


class ReasonOfLost(NamedTuple):
    reason: LossReason
    kind: ReasonClass
    stated: int
    """Clients who say so."""
    verified: int
    """Clients of whom it was found."""


class LossCount(NamedTuple):
    clients: int
    needs: int
    """For which they did not come."""
    stated: int
    """Clients who said why, and nobody has looked whether it is true."""
    verified: int
    compared: int
    """Clients with both reasons."""
    differ: int
    """Of these, how often another reason was found than the one that was stated."""
    reasons: Sequence[ReasonOfLost]
    """Only those that occur, the most often verified first."""
    needs_by_class: Mapping[ReasonClass | None, int]
    """By the verified reason, else by the stated one. None: nobody knows."""

    @property
    def unknown(self) -> int:
        return self.clients - self.stated - self.verified

    @property
    def external(self) -> int:
        """Needs for which nobody could have kept the client."""
        return self.needs_by_class[ReasonClass.EXTERNAL]


def count_losses(found: Iterable[Why]) -> LossCount:
    rows = list(found)
    classes = Counter(dict.fromkeys((*ReasonClass, None), 0))
    for one in rows:
        classes[class_of(one.verified_reason, one.stated_reason)] += one.needs
    both = [one for one in rows if one.verified_reason and one.stated_reason]
    return LossCount(
        clients=sum(one.clients for one in rows),
        needs=sum(one.needs for one in rows),
        stated=sum(one.clients for one in rows if one.is_stated and not one.verified_reason),
        verified=sum(one.clients for one in rows if one.verified_reason),
        compared=sum(one.clients for one in both),
        differ=sum(one.clients for one in both if one.verified_reason != one.stated_reason),
        reasons=_reasons(rows),
        needs_by_class=classes,
    )


def class_of(verified: str | None, stated: str | None) -> ReasonClass | None:
    """Whose doing it is. What was found beats what was said; None: nobody knows."""
    reason = verified or stated
    return CLASS_OF[LossReason(reason)] if reason else None


def _reasons(rows: Iterable[Why]) -> list[ReasonOfLost]:
    said, seen = Counter[str](), Counter[str]()
    for one in rows:
        if one.stated_reason:
            said[one.stated_reason] += one.clients
        if one.verified_reason:
            seen[one.verified_reason] += one.clients
    counts = [
        ReasonOfLost(one, CLASS_OF[one], said[one], seen[one]) for one in LossReason if said[one] or seen[one]
    ]
    return sorted(counts, key=lambda one: (-one.verified, -one.stated, one.reason))


def status_of(reasons: Reasons) -> Literal["unknown", "stated", "verified"]:
    """How far it is known why a client does not come: unknown, stated or verified."""
    if reasons.verified_reason:
        return "verified"
    return "stated" if reasons.stated_words is not None else "unknown"
