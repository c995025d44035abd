"""The rules of a client's life: what is sold, how long until it is needed again, and what makes a fan.

A company publishes them as a whole. Each version is valid from its publication on; nothing changes what was before.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["maintenance"])]
Codes = Annotated[list[Code], Meta(max_length=100)]
Words = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
Days = Annotated[int, Meta(ge=1, le=36_500)]
Beside = Annotated[int, Meta(ge=0, le=3_650)]
"""Days before or after a due date."""
MonthDay = Annotated[str, Meta(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", examples=["03-01"])]
Kopecks = Annotated[int, Meta(ge=0, le=100_000_000_000_00)]
ProductKind = Literal["window", "door", "balcony", "net", "sill", "other"]


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the rules. Defaults may be left out."""


class Spawn(Rule, frozen=True, kw_only=True):
    """Who buys one category will need this one."""

    category: Code
    product_kinds: Annotated[list[ProductKind], Meta(max_length=10)] = []
    """Only where a product of one of these kinds was installed. Empty: always."""


class Season(Rule, frozen=True, kw_only=True):
    """When a need is met best. A due date outside moves to its next first day. It may span the new year."""

    first: MonthDay
    last: MonthDay


class PassportCycle(Rule, frozen=True, kw_only=True):
    """The cycle that goes with a product, by its passport."""

    field: Literal["kind", "manufacturer", "profile", "hardware"]
    value: Words
    """Compared without regard to upper and lower case."""
    cycle_days: Days


class FeatureCycle(Rule, frozen=True, kw_only=True):
    """What the specialist saw at the visit, and how long it then takes until the next one."""

    feature: Code
    value: Code
    cycle_days: Days


class Category(Rule, frozen=True, kw_only=True):
    """Something that is sold."""

    code: Code
    name_ru: Words
    name_en: Words
    cycle_days: Days | None = None
    """Null: nobody needs it again."""
    counts_as_purchase: bool = True
    spawns: Annotated[list[Spawn], Meta(max_length=20)] = []
    early_days: Beside = 60
    """A purchase so long before its due date meets the need."""
    late_days: Beside = 90
    grace: Annotated[float, Meta(ge=0, le=3)] = 0.0
    """Part of the cycle that a client may be late before he is dormant."""
    season: Season | None = None
    job_types: Codes = []
    """Codes of the job types that belong to it."""
    job_kinds: Annotated[
        list[Literal["measurement", "installation", "service", "delivery", "claim"]], Meta(max_length=5)
    ] = []
    """For job types that no category names."""
    works: Codes = []
    """Codes of the price list. A line of an act with one of them belongs here, whatever the job type."""
    passport_cycles: Annotated[list[PassportCycle], Meta(max_length=100)] = []
    feature_cycles: Annotated[list[FeatureCycle], Meta(max_length=100)] = []
    typical_kop: Kopecks | None = None
    """Who has paid as much for it is worth winning back. Null: the median counts."""
    median_kop: Kopecks | None = None
    """The median of all purchases with it when these rules were published. The product measures it, whatever is sent.
    Null: nobody had bought it."""

    @property
    def worth_kop(self) -> int | None:
        """Who has paid as much for it is worth winning back. None: nobody is for this alone."""
        return self.median_kop if self.typical_kop is None else self.typical_kop


class Tier(Rule, frozen=True, kw_only=True):
    """A level of activity: clients who have paid this much."""

    code: Code
    name_ru: Words
    name_en: Words
    from_kop: Kopecks


class SignalRules(Rule, frozen=True, kw_only=True):
    """What counts as a disappointment."""

    late_min: Annotated[int, Meta(ge=1, le=1_440)] = 60
    """Minutes after the promised window. Later is late, and after that a moved or canceled visit is a no-show."""
    refund_percent: Annotated[int, Meta(ge=1, le=100)] = 10
    """Part of what was paid. A smaller refund disappoints nobody."""
    rework_visits: Annotated[int, Meta(ge=1, le=20)] = 2
    """So many visits because of claims …"""
    rework_days: Annotated[int, Meta(ge=1, le=3_650)] = 90
    """… within so many days."""


class RecoveryRules(Rule, frozen=True, kw_only=True):
    """How the company wins back a client who is disappointed."""

    contact_hours: Annotated[int, Meta(ge=1, le=200)] = 4
    """Within so many hours of the office somebody speaks with him."""
    attempt_gap_days: Annotated[int, Meta(ge=0, le=365)] = 14
    """So long he is left in peace after an attempt."""
    horizon_days: Annotated[int, Meta(ge=1, le=3_650)] = 730
    """What he will bring is looked at for so long …"""
    margin_percent: Annotated[int, Meta(ge=0, le=100)] = 30
    """… this part of it is left after costs …"""
    budget_percent: Annotated[int, Meta(ge=0, le=100)] = 10
    """… and this part of what is left may be spent on him without asking."""
    ask_again_days: Annotated[int, Meta(ge=1, le=365)] = 14
    """So long after the end of a case he is asked again whether he is satisfied."""


class RulesContent(Rule, frozen=True, kw_only=True):
    """What a company publishes."""

    categories: Annotated[list[Category], Meta(max_length=200)]
    fan_purchases: Annotated[int, Meta(ge=2, le=100)] = 2
    fans_share_bp: Annotated[int, Meta(ge=0, le=10_000)] = 7_500
    """What fans should bring of all money, in hundredths of a per cent."""
    near_days: Annotated[int, Meta(ge=0, le=365)] = 14
    """Acts of one address so many days apart are one purchase."""
    signals: SignalRules = msgspec.field(default_factory=SignalRules)
    alone_severity: Annotated[int, Meta(ge=1, le=3)] = 2
    """One signal of this severity means that a client is disappointed."""
    pair_days: Annotated[int, Meta(ge=1, le=365)] = 30
    """So do two smaller ones within so many days."""
    recovery: RecoveryRules = msgspec.field(default_factory=RecoveryRules)
    attempts_max: Annotated[int, Meta(ge=1, le=20)] = 3
    """After so many attempts without success nobody tries to win him back any more …"""
    attempts_days: Annotated[int, Meta(ge=1, le=3_650)] = 180
    """… if they were made within so many days."""
    cold_days: Annotated[int, Meta(ge=1, le=3_650)] = 180
    """A lead of whom nothing was heard for so long is cold."""
    tiers: Annotated[list[Tier], Meta(max_length=20)] = []


class Rules:
    """One version of the rules, ready to be asked."""

    def __init__(self, version: int, valid_from: datetime, content: RulesContent) -> None:
        self.version = version
        self.valid_from = valid_from
        self.content = content
        self.categories = {one.code: one for one in content.categories}
        self._by_type = _index(content.categories, "job_types")
        self._by_kind = _index(content.categories, "job_kinds")
        self._by_work = _index(content.categories, "works")

    def categories_of(self, *, job_type: str, job_kind: str, works: Iterable[str]) -> list[str]:
        """The categories of an act: those of its lines, and that of its job.

        What is done because of a claim is that and nothing else: nobody buys it, whatever its lines are called.
        """
        of_job = self._by_type.get(job_type) or self._by_kind.get(job_kind)
        if job_kind == "claim":
            return [of_job] if of_job else []
        named = {self._by_work[code] for code in works if code in self._by_work}
        return sorted(named | ({of_job} if of_job else set()))

    def is_purchase(self, categories: Iterable[str]) -> bool:
        """Whether an act of these categories can be a purchase."""
        found = [self.categories[code] for code in categories if code in self.categories]
        return any(one.counts_as_purchase for one in found)

    def tier_of(self, total_kop: int) -> str | None:
        """The highest tier that this much reaches."""
        reached = [one for one in self.content.tiers if one.from_kop <= total_kop]
        return max(reached, key=lambda one: one.from_kop).code if reached else None


def _index(categories: Sequence[Category], field: str) -> dict[str, str]:
    return {code: one.code for one in categories for code in getattr(one, field)}


def in_season(day: date, season: Season | None) -> date:
    """The day itself if it lies in the season, otherwise the next first day of the season."""
    if season is None:
        return day
    today = f"{day:%m-%d}"
    first, last = season.first, season.last
    is_in = first <= today <= last if first <= last else today >= first or today <= last
    if is_in:
        return day
    year = day.year if today < first else day.year + 1
    return _day_of(year, first)


def _day_of(year: int, month_day: str) -> date:
    """29 February is 28 February in a common year."""
    month, day = map(int, month_day.split("-"))
    return date(year, month, min(day, 28)) if (month, day) == (2, 29) else date(year, month, day)


class PublishedRules(msgspec.Struct, frozen=True, kw_only=True):
    """A version with who published it, and why."""

    version: int
    valid_from: datetime
    published_by: UUID | None
    """Null: the starter set of the product."""
    comment: str
    content: RulesContent


def rules_at(versions: Sequence[Rules], at: datetime) -> Rules:
    """The version that held at a moment. The first holds also for what was before it."""
    if len(versions) == 1:
        return versions[0]
    return next((one for one in reversed(versions) if one.valid_from <= at), versions[0])
