from datetime import date, datetime
from typing import Annotated, Literal, Self, get_args
from uuid import UUID

import msgspec

from app.crm.rules.values import RulesContent
from app.crm.status_lists.values import Funnel, LifeRow, ShownStep, ShownTrack, WeekStand
from app.crm.status_lists.wording import say_reason, say_source, say_status
from app.http.schemas import Out

StatusName = Literal["target", "lead", "newcomer", "fan", "dormant", "returnee"]
DueSource = Literal["client", "specialist", "rhythm", "passport", "cycle"]


class StatusOut(Out):
    """One of six, and why."""

    status: StatusName
    status_text: str
    """In the reader's language. A returnee is somebody to be won back, not somebody who came back."""
    reason: str
    reason_text: str
    since: datetime


class ClientLifeOut(Out):
    """How a client stands."""

    client_id: UUID
    name: str
    status: StatusOut
    is_new: bool
    """He has not bought anything yet: the first contact must be the best."""
    is_cold: bool
    """A lead of whom nothing was heard for long."""
    due_on: date | None
    """When he is expected again."""
    due_source: DueSource | None
    purchases: int
    receipts: int
    """Payments that were taken from him."""
    total_kop: int
    """What he has paid and not got back, in kopecks."""
    tier: str | None
    """The level of activity that this total reaches, by the company's rules."""
    tier_name: str | None
    first_purchase_at: datetime | None
    last_purchase_at: datetime | None

    @classmethod
    def of(cls, row: LifeRow, rules: RulesContent, *, lang: str, now: datetime) -> Self:
        same = ("due_on", "due_source", "purchases", "receipts", "total_kop", "tier")
        return cls(
            client_id=row.client_id,
            name=row.full_name,
            status=StatusOut(
                status=row.status,  # type: ignore[arg-type]  # a CHECK of the table
                status_text=say_status(row.status, lang),
                reason=row.reason,
                reason_text=say_reason(row.reason, row.params, lang),
                since=row.since,
            ),
            is_new=row.is_new,
            is_cold=row.is_cold(rules.cold_days, now),
            tier_name=_tier_name(row.tier, rules, lang),
            first_purchase_at=row.first_purchase_at,
            last_purchase_at=row.last_purchase_at,
            **{name: getattr(row, name) for name in same},
        )


def _tier_name(code: str | None, rules: RulesContent, lang: str) -> str | None:
    named = {one.code: one.name_ru if lang == "ru" else one.name_en for one in rules.tiers}
    return named.get(code) if code else None


class NeedOut(Out):
    """What he will need next at a site."""

    site_id: UUID
    category: str
    anchor_on: date
    """The last purchase of it, or what it follows from."""
    due_on: date
    due_source: DueSource
    due_source_text: str

    @classmethod
    def of(cls, track: ShownTrack, lang: str) -> Self:
        return cls(
            site_id=track.site_id,
            category=track.category,
            anchor_on=track.anchor_on,
            due_on=track.due_on,
            due_source=track.due_source,  # type: ignore[arg-type]  # a CHECK of the table
            due_source_text=say_source(track.due_source, lang),
        )


class StatusStepOut(Out):
    at: datetime
    was: StatusName | None
    status: StatusName
    reason: str
    reason_text: str
    rules_version: int
    recorded_at: datetime
    is_withdrawn: bool
    """It turned out wrong, because something became known later. It stays, for whoever asks what was known when."""

    @classmethod
    def of(cls, step: ShownStep, lang: str) -> Self:
        return cls(
            at=step.at,
            was=step.was,  # type: ignore[arg-type]  # a CHECK of the table
            status=step.status,  # type: ignore[arg-type]  # a CHECK of the table
            reason=step.reason,
            reason_text=say_reason(step.reason, step.params, lang),
            rules_version=step.rules_version,
            recorded_at=step.created_at,
            is_withdrawn=step.is_withdrawn,
        )


class WholeLifeOut(Out):
    """A client's status with all that he will need, and every step by which he came there."""

    life: ClientLifeOut
    needs: list[NeedOut]
    """The next first."""
    steps: list[StatusStepOut]
    """The newest first."""


class StatusCountOut(Out):
    status: StatusName
    clients: int
    cold: int
    """Leads of whom nothing was heard for long."""


class StatusCountsOut(Out):
    items: list[StatusCountOut]
    """All six, in the order of a client's life."""


class StatusWeekOut(Out):
    """How many clients had which status when a week ended."""

    week: date
    """Its Monday."""
    target: int
    lead: int
    newcomer: int
    fan: int
    dormant: int
    returnee: int

    @classmethod
    def of(cls, stand: WeekStand) -> Self:
        return cls(
            week=stand.week, **{status: stand.clients.get(status, 0) for status in get_args(StatusName)}
        )


class StatusWeeksOut(Out):
    items: list[StatusWeekOut]
    """In time order."""


class TransitionOut(Out):
    was: StatusName | None
    status: StatusName
    clients: int


class TransitionsOut(Out):
    """Who changed to what in a period."""

    items: list[TransitionOut]
    newcomers: int
    """Clients who became newcomers in the period."""
    newcomers_now_fans: int
    """Of these, those who have become fans since."""
    share: Annotated[float, msgspec.Meta(description="Of the newcomers, 0 to 1")] | None
    """Null: there were no newcomers."""

    @classmethod
    def of(cls, items: list[TransitionOut], funnel: Funnel) -> Self:
        share = funnel.fans / funnel.newcomers if funnel.newcomers else None
        return cls(items=items, newcomers=funnel.newcomers, newcomers_now_fans=funnel.fans, share=share)
