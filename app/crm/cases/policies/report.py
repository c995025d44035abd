"""What reasons clients state and what is found, side by side."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from app.crm.cases.values import CaseStatus
from app.crm.loss_reasons.values import CLASS_OF, LossReason, ReasonClass


class CaseLine(NamedTuple):
    """A case, as far as the report needs it."""

    status: str
    stated: str | None
    verified: str | None
    is_late: bool
    """Nobody spoke with the client by the deadline."""


class ReasonCount(NamedTuple):
    reason: LossReason
    kind: ReasonClass
    stated: int
    verified: int


class CasesReport(NamedTuple):
    cases: int
    by_status: dict[CaseStatus, int]
    late: int
    recovered_percent: float | None
    """Of those that are closed. None: none is."""
    compared: int
    """Cases with both reasons."""
    differ: int
    """Of these, how often another reason was found than the one he stated."""
    mismatch_percent: float | None
    reasons: list[ReasonCount]
    """Only those that occur, the most often verified first."""
    by_class: dict[ReasonClass, int]
    """Of the verified reasons."""


def report_of(lines: Sequence[CaseLine]) -> CasesReport:
    by_status = Counter(CaseStatus(one.status) for one in lines)
    both = [one for one in lines if one.stated and one.verified]
    differ = sum(one.stated != one.verified for one in both)
    verified = [LossReason(one.verified) for one in lines if one.verified]
    closed = len(lines) - by_status[CaseStatus.OPEN]
    classes = Counter(CLASS_OF[one] for one in verified)
    return CasesReport(
        cases=len(lines),
        by_status={one: by_status[one] for one in CaseStatus},
        late=sum(one.is_late for one in lines),
        recovered_percent=_percent(by_status[CaseStatus.RECOVERED], closed),
        compared=len(both),
        differ=differ,
        mismatch_percent=_percent(differ, len(both)),
        reasons=_count_reasons([LossReason(one.stated) for one in lines if one.stated], verified),
        by_class={one: classes[one] for one in ReasonClass},
    )


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _count_reasons(stated: Sequence[LossReason], verified: Sequence[LossReason]) -> list[ReasonCount]:
    said, found = Counter(stated), Counter(verified)
    counts = [
        ReasonCount(one, CLASS_OF[one], said[one], found[one])
        for one in LossReason
        if said[one] or found[one]
    ]
    return sorted(counts, key=lambda one: (-one.verified, -one.stated, one.reason))
