from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal, Self
from uuid import UUID

from app.crm.returns.policies.comparison import Cell, Compared, Comparison
from app.crm.returns.policies.due import Due, DueCount
from app.crm.returns.policies.fixed import Counted, FixedCount, Group
from app.crm.returns.policies.quality import Quality
from app.crm.returns.policies.rates import FEW, Interval, interval_of, share_bp
from app.crm.returns.queries import Collected
from app.crm.returns.values import Period
from app.crm.sources.queries import Known
from app.http.schemas import Out


class ShareIntervalOut(Out):
    """The true share lies here with a probability of 95 % (Wilson), in hundredths of a per cent."""

    low_bp: int
    high_bp: int

    @classmethod
    def of(cls, interval: Interval | None) -> Self | None:
        return cls(low_bp=interval.low_bp, high_bp=interval.high_bp) if interval else None


class PeriodOut(Out):
    since: date
    until: date
    """Not included."""

    @classmethod
    def of(cls, period: Period) -> Self:
        return cls(since=period.first, until=period.until)


class ReturnOut(Out):
    """How many came back. Shares are in hundredths of a per cent; null: there was nobody."""

    clients: int
    returned: int
    lost: int
    return_bp: int | None
    interval: ShareIntervalOut | None
    same_worker: int
    """Of those who returned: to a worker who had been there before."""
    same_worker_bp: int | None
    is_few: bool
    """Fewer than 20: the share says little."""

    @classmethod
    def of(cls, counted: Counted) -> Self:
        return cls(
            clients=counted.visited,
            returned=counted.returned,
            lost=counted.lost,
            return_bp=share_bp(counted.returned, counted.visited),
            interval=ShareIntervalOut.of(interval_of(counted.returned, counted.visited)),
            same_worker=counted.same_worker,
            same_worker_bp=share_bp(counted.same_worker, counted.visited),
            is_few=counted.visited < FEW,
        )


class FixedGroupOut(Out):
    total: ReturnOut
    new: ReturnOut
    """Those of them who bought for the first time."""

    @classmethod
    def of(cls, group: Group) -> Self:
        return cls(total=ReturnOut.of(group.total), new=ReturnOut.of(group.new))


class KeyedFixedOut(Out):
    key: str
    """Id of the worker or territory, code of the category, or the source. Empty: not known."""
    group: FixedGroupOut


class FixedReturnsOut(Out):
    """Return between two periods. A client can count in several groups, so these do not sum up to all."""

    visited: PeriodOut
    returned: PeriodOut
    all: FixedGroupOut
    groups: list[KeyedFixedOut]

    @classmethod
    def of(cls, count: FixedCount, visited: Period, returned: Period) -> Self:
        return cls(
            visited=PeriodOut.of(visited),
            returned=PeriodOut.of(returned),
            all=FixedGroupOut.of(count.whole),
            groups=[
                KeyedFixedOut(key=key, group=FixedGroupOut.of(group))
                for key, group in sorted(count.groups.items())
            ],
        )


class NewcomerReturnOut(Out):
    """Newcomers who were due for the first time: the need counts from their first purchase."""

    matured: int
    returned: int
    return_bp: int | None
    interval: ShareIntervalOut | None
    is_few: bool

    @classmethod
    def of(cls, returned: int, matured: int) -> Self:
        return cls(
            matured=matured,
            returned=returned,
            return_bp=share_bp(returned, matured),
            interval=ShareIntervalOut.of(interval_of(returned, matured)),
            is_few=matured < FEW,
        )


class DueOut(Out):
    """Needs that were due. Shares are of the matured ones, in hundredths of a per cent."""

    matured: int
    """It is certain whether the client came in time."""
    returned: int
    lost: int
    return_bp: int | None
    interval: ShareIntervalOut | None
    same_worker: int
    """Of those who returned: to the worker who had been there before."""
    same_worker_bp: int | None
    met: int
    """Of those who returned: for this need at this site."""
    new: NewcomerReturnOut
    immature: int
    """The client can still come in time. These are in no share."""
    is_few: bool
    """Fewer than 20 are matured: the share says little."""

    @classmethod
    def of(cls, due: Due) -> Self:
        return cls(
            matured=due.matured,
            returned=due.returned,
            lost=due.lost,
            return_bp=share_bp(due.returned, due.matured),
            interval=ShareIntervalOut.of(interval_of(due.returned, due.matured)),
            same_worker=due.same_worker,
            same_worker_bp=share_bp(due.same_worker, due.matured),
            met=due.met,
            new=NewcomerReturnOut.of(due.new_returned, due.new_matured),
            immature=due.immature,
            is_few=due.matured < FEW,
        )


class KeyedDueOut(Out):
    key: str
    """Id of the worker or territory, code of the category, or the source. Empty: not known."""
    group: DueOut


class DueReturnsOut(Out):
    due: PeriodOut
    all: DueOut
    ahead: int
    """Needs that clients had met so long before that nobody had to expect them. They are in no other figure."""
    groups: list[KeyedDueOut]

    @classmethod
    def of(cls, count: DueCount, due: Period) -> Self:
        return cls(
            due=PeriodOut.of(due),
            all=DueOut.of(count.whole),
            ahead=count.whole.ahead,
            groups=[KeyedDueOut(key=key, group=DueOut.of(one)) for key, one in sorted(count.groups.items())],
        )


class ComparedWorkerOut(Out):
    """How many of a worker's clients came back. Shares are in hundredths of a per cent."""

    worker_id: UUID
    matured: int
    returned: int
    same_worker: int
    crude_bp: int | None
    """Of the clients that he happened to have."""
    crude_interval: ShareIntervalOut | None
    same_worker_bp: int | None
    new: NewcomerReturnOut
    standard_bp: int | None
    """As if he had had the same clients as all: by source and category."""
    standard_interval: ShareIntervalOut | None
    covered_bp: int
    """So many of the company's clients are of a kind that he has had. The rest says nothing of him."""
    stands: Literal["too_few", "below", "within", "above"]
    """Beside all. Below and above: so far that chance does not explain it."""
    is_few: bool

    @classmethod
    def of(cls, one: Compared) -> Self:
        return cls(
            worker_id=one.worker_id,
            matured=one.counted.matured,
            returned=one.counted.returned,
            same_worker=one.counted.same_worker,
            crude_bp=one.crude_bp,
            crude_interval=ShareIntervalOut.of(one.crude_interval),
            same_worker_bp=one.same_worker_bp,
            new=NewcomerReturnOut.of(one.counted.new_returned, one.counted.new_matured),
            standard_bp=one.standard_bp,
            standard_interval=ShareIntervalOut.of(one.standard_interval),
            covered_bp=one.covered_bp,
            stands=one.stands.value,
            is_few=one.counted.matured < FEW,
        )


class ComparisonOut(Out):
    due: PeriodOut
    matured: int
    returned: int
    return_bp: int | None
    workers: list[ComparedWorkerOut]
    """The best first, and whom nobody can judge last."""

    @classmethod
    def of(cls, comparison: Comparison, due: Period) -> Self:
        whole: Cell = comparison.whole
        return cls(
            due=PeriodOut.of(due),
            matured=whole.matured,
            returned=whole.returned,
            return_bp=share_bp(whole.returned, whole.matured),
            workers=[ComparedWorkerOut.of(one) for one in comparison.workers],
        )


class SourceQualityOut(Out):
    """Clients of a source. Shares are in hundredths of a per cent; null: there was nobody."""

    source: str
    """Empty: not known."""
    source_id: UUID | None
    """Null: it stands on cards only."""
    kind: str | None
    trust: int | None
    """1 to 5."""
    clients: int
    matured: int
    """It is certain whether they came again."""
    one_visit: int
    """Of these: those who came once."""
    one_visit_bp: int | None
    discount_bp: int | None
    """Of first purchases: what was given of what they would have cost."""
    is_bad: bool
    """It brings people who come once, for a discount. Said of 20 matured clients and more."""
    is_few: bool

    @classmethod
    def of(cls, source: str, quality: Quality, known: Known | None) -> Self:
        return cls(
            source=source,
            source_id=known.id if known else None,
            kind=known.kind if known else None,
            trust=known.trust if known else None,
            clients=quality.clients,
            matured=quality.matured,
            one_visit=quality.one_visit,
            one_visit_bp=quality.one_visit_bp,
            discount_bp=quality.discount_bp,
            is_bad=quality.is_bad,
            is_few=quality.matured < FEW,
        )


class SourceQualitiesOut(Out):
    first_bought: PeriodOut
    sources: list[SourceQualityOut]
    """Bad ones first, then by name."""

    @classmethod
    def of(cls, counted: Mapping[str, Quality], first_bought: Period, known: Mapping[str, Known]) -> Self:
        found = [SourceQualityOut.of(name, one, known.get(name)) for name, one in counted.items()]
        return cls(
            first_bought=PeriodOut.of(first_bought),
            sources=sorted(found, key=lambda one: (not one.is_bad, one.source)),
        )


class CollectedOut(Out):
    """New clients of a week by the channel of their first request."""

    week: date
    """Its Monday."""
    channel: str | None
    """Null: they have not asked, the office has entered them."""
    clients: int
    reachable: int
    """Those who left a phone or an e-mail."""


class CollectedContactsOut(Out):
    items: list[CollectedOut]

    @classmethod
    def of(cls, collected: Iterable[Collected]) -> Self:
        return cls(items=[CollectedOut(**one._asdict()) for one in collected])
