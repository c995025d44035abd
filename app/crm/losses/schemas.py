from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal, Self
from uuid import UUID

from app.core.i18n import text
from app.crm.loss_reasons.values import CLASS_OF, LossReason, ReasonClass
from app.crm.losses.policies import class_of, status_of
from app.crm.losses.service import WhyLost
from app.crm.losses.values import LostClient, Reasons, Refused
from app.crm.pasts.values import Expected
from app.crm.returns.policies.rates import interval_of, share_bp
from app.crm.returns.schemas import PeriodOut, ShareIntervalOut
from app.crm.returns.values import Period
from app.http.schemas import Out


def name_of(reason: str, lang: str) -> str:
    return text(lang, "cases", f"reason_{reason}")


class NeedDueOut(Out):
    """A need of a client."""

    site_id: UUID | None
    category: str
    due_on: date
    late_on: date
    """Until this day he comes in time."""
    worker_id: UUID | None
    """Who had led the visit before."""

    @classmethod
    def of(cls, need: Expected) -> Self:
        return cls(
            site_id=need.site_id,
            category=need.category,
            due_on=need.due_on,
            late_on=need.late_on,
            worker_id=need.worker_id,
        )


class LostClientOut(Out):
    client_id: UUID
    name: str
    surname: str
    source: str
    last_bought_on: date | None
    workers: list[UUID]
    """Who led the visits of his last purchase."""
    needs: list[NeedDueOut]
    reason_status: Literal["unknown", "stated", "verified"]
    """stated: he said it after his last purchase, when he refused something. It need not be the true one.
    verified: somebody found out, in a recovery case."""
    reason_class: ReasonClass | None
    """Whose doing it is, by the verified reason, else by the stated one. external: nobody could have kept him."""
    stated_reason: str
    """In his words."""
    stated_code: LossReason | None
    stated_at: datetime | None
    verified_reason: str
    """In the words of whoever found out."""
    verified_code: LossReason | None
    verified_at: datetime | None

    @classmethod
    def of(cls, lost: LostClient, known: Reasons | None) -> Self:
        reasons = known or Reasons()
        return cls(
            client_id=lost.client_id,
            name=lost.name,
            surname=lost.surname,
            source=lost.source,
            last_bought_on=lost.last_on,
            workers=list(lost.workers),
            needs=[NeedDueOut.of(one) for one in lost.needs],
            reason_status=status_of(reasons),
            reason_class=class_of(reasons.verified_reason, reasons.stated_reason),
            stated_reason=reasons.stated_words or "",
            stated_code=LossReason(reasons.stated_reason) if reasons.stated_reason else None,
            stated_at=reasons.stated_at,
            verified_reason=reasons.verified_words or "",
            verified_code=LossReason(reasons.verified_reason) if reasons.verified_reason else None,
            verified_at=reasons.verified_at,
        )


class ReasonOfLostOut(Out):
    reason: LossReason
    name: str
    """In the reader's language."""
    kind: ReasonClass
    stated: int
    """Clients who say so."""
    verified: int
    """Clients of whom it was found."""


class LossReasonsOut(Out):
    """Why clients did not come when they were due. Shares are in hundredths of a per cent."""

    due: PeriodOut
    matured: int
    returned: int
    lost: int
    """Needs for which nobody came."""
    return_bp: int | None
    external: int
    """Of the lost: nobody could have kept these clients, such as who has moved."""
    kept_bp: int | None
    """How many came, without those whom nobody could have kept."""
    kept_interval: ShareIntervalOut | None
    clients: int
    """Who did not come. One client can have several needs."""
    unknown: int
    """Of these: nobody knows why."""
    stated: int
    """They have said why, and nobody has looked whether it is true."""
    verified: int
    compared: int
    """Clients with a stated and a verified reason."""
    differ: int
    """Of these, where another reason was found than the one that was stated."""
    differ_bp: int | None
    lost_by_class: dict[ReasonClass, int]
    """Needs by whose doing it is, where anything is known."""
    reasons: list[ReasonOfLostOut]

    @classmethod
    def of(cls, found: WhyLost, due: Period, lang: str) -> Self:
        counted, lost = found.due, found.lost
        could_be_kept = counted.matured - lost.external
        reasons = [ReasonOfLostOut(name=name_of(one.reason, lang), **one._asdict()) for one in lost.reasons]
        same = ("clients", "unknown", "stated", "verified", "compared", "differ", "external")
        return cls(
            due=PeriodOut.of(due),
            matured=counted.matured,
            returned=counted.returned,
            lost=counted.lost,
            return_bp=share_bp(counted.returned, counted.matured),
            kept_bp=share_bp(counted.returned, could_be_kept),
            kept_interval=ShareIntervalOut.of(interval_of(counted.returned, could_be_kept)),
            differ_bp=share_bp(lost.differ, lost.compared),
            lost_by_class={one: lost.needs_by_class[one] for one in ReasonClass},
            reasons=reasons,
            **{name: getattr(lost, name) for name in same},
        )


class RefusedLeadOut(Out):
    """Leads who refused for one reason."""

    reason: LossReason
    name: str
    """In the reader's language."""
    kind: ReasonClass
    leads: int


class RefusedOfSourceOut(Out):
    source: str
    """Empty: not known."""
    leads: int
    reasons: list[RefusedLeadOut]


class RefusedLeadsOut(Out):
    """Who asked, refused in a period and has bought nothing. What a lead said last counts."""

    period: PeriodOut
    leads: int
    without_reason: int
    """Of these, nobody has said which of the reasons it was."""
    reasons: list[RefusedLeadOut]
    """The most frequent first."""
    sources: list[RefusedOfSourceOut]

    @classmethod
    def of(cls, found: Iterable[Refused], period: Period, lang: str) -> Self:
        rows = list(found)
        return cls(
            period=PeriodOut.of(period),
            leads=sum(one.leads for one in rows),
            without_reason=sum(one.leads for one in rows if one.loss_reason is None),
            reasons=_refused(rows, lang),
            sources=[
                RefusedOfSourceOut(
                    source=source,
                    leads=sum(one.leads for one in rows if one.source == source),
                    reasons=_refused([one for one in rows if one.source == source], lang),
                )
                for source in dict.fromkeys(one.source for one in rows)
            ],
        )


def _refused(rows: Iterable[Refused], lang: str) -> list[RefusedLeadOut]:
    leads = Counter[str]()
    for one in rows:
        if one.loss_reason:
            leads[one.loss_reason] += one.leads
    counted = ((LossReason(reason), many) for reason, many in leads.most_common())
    return [
        RefusedLeadOut(reason=reason, name=name_of(reason, lang), kind=CLASS_OF[reason], leads=many)
        for reason, many in counted
    ]
