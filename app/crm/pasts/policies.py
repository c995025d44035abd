"""When a client was expected for each of his needs, as his history and the rules of the time say."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple
from uuid import UUID

from app.crm.facts.values import Fact, FactKind, in_time_order
from app.crm.pasts.values import Bought, Expected
from app.crm.purchases.policies import SignedAct
from app.crm.rules.values import Category, Rules, rules_at
from app.crm.statuses.policies.life import Life
from app.crm.tracks.policies import Track

KNOWN_FIRST = (FactKind.PAYMENT_TAKEN, FactKind.REFUND_PAID, FactKind.PASSPORT_ISSUED)
"""Money decides what is a purchase, also when it comes later than the act."""
MOVING = (FactKind.ACT_SIGNED, FactKind.DATE_NAMED, FactKind.DATE_ENTERED)
"""What opens a need or moves its date."""
Key = tuple[UUID | None, str]


class Past(NamedTuple):
    bought: Sequence[Bought]
    expected: Sequence[Expected]


def read_past(facts: Sequence[Fact], versions: Sequence[Rules], *, zone: tzinfo, now: datetime) -> Past:
    """The purchases of a client, and all his needs with the days on which they were due."""
    known = [fact for fact in in_time_order(facts) if fact.at <= now]
    life = Life(zone)
    for fact in known:
        if fact.kind in KNOWN_FIRST:
            life.add(fact, rules_at(versions, fact.at))
    watch = _Watch(life, _leaders(known), zone)
    for at, rules, change in _steps(known, versions, now):
        if change is None:
            life.forget_purchases()
        else:
            life.add(change, rules)
        watch.look(at, rules, change)
    return Past(_bought(life, versions[-1], watch.leaders, zone), watch.found)


def _leaders(facts: Sequence[Fact]) -> dict[UUID | None, UUID]:
    """Who led a visit, by visit."""
    return {one.visit_id: one.worker_id for one in facts if one.kind == FactKind.ACT_SIGNED and one.worker_id}


def _steps(
    facts: Sequence[Fact], versions: Sequence[Rules], now: datetime
) -> Iterator[tuple[datetime, Rules, Fact | None]]:
    """Everything that can move a need, in time order. None: other rules hold from here."""
    later = [one for one in versions[1:] if one.valid_from <= now]
    for fact in facts:
        if fact.kind not in MOVING:
            continue
        while later and later[0].valid_from <= fact.at:
            yield later[0].valid_from, later.pop(0), None
        yield fact.at, rules_at(versions, fact.at), fact
    for rules in later:
        yield rules.valid_from, rules, None


class _Watch:
    """Keeps what was expected when, step by step."""

    def __init__(self, life: Life, leaders: dict[UUID | None, UUID], zone: tzinfo) -> None:
        self._life = life
        self.leaders = leaders
        self._zone = zone
        self._over: list[Expected] = []
        self._open: dict[Key, Expected] = {}

    @property
    def found(self) -> list[Expected]:
        return sorted([*self._over, *self._open.values()], key=lambda one: (one.due_on, one.category))

    def look(self, at: datetime, rules: Rules, change: Fact | None) -> None:
        today = at.astimezone(self._zone).date()
        tracks: dict[Key, Track] = {(one.site_id, one.category): one for one in self._life.tracks(rules)}
        for key in [key for key in self._open if key not in tracks]:
            self._end(self._open.pop(key), change, today)
        for key, track in tracks.items():
            self._take(key, track, rules, today)

    def _end(self, gone: Expected, change: Fact | None, today: date) -> None:
        """Nobody needs it again: it was met, or other rules say so. What is over stays."""
        is_met = change is not None and change.site_id == gone.site_id and gone.category in change.categories
        if is_met:
            self._over.append(gone._replace(renewed_on=today))
        elif gone.is_matured(today):
            self._over.append(gone)

    def _take(self, key: Key, track: Track, rules: Rules, today: date) -> None:
        before = self._open.get(key)
        if before is None or self._is_one_purchase(before, track, rules):
            self._open[key] = self._expected(track, rules)
        elif before.anchor_on != track.anchor_on:
            self._over.append(before._replace(renewed_on=track.anchor_on))
            self._open[key] = self._expected(track, rules)
        elif not before.is_matured(today):
            early_on, late_on = _window(track.due_on, rules.categories[track.category])
            self._open[key] = before._replace(due_on=track.due_on, early_on=early_on, late_on=late_on)

    def _is_one_purchase(self, before: Expected, track: Track, rules: Rules) -> bool:
        """A further act of the same purchase is no return."""
        if before.anchor_on == track.anchor_on:
            return False
        days = ({act.on for act in one.acts} for one in self._life.purchases(rules))
        return any({before.anchor_on, track.anchor_on} <= one for one in days)

    def _expected(self, track: Track, rules: Rules) -> Expected:
        category = rules.categories[track.category]
        early_on, late_on = _window(track.due_on, category)
        worker = self._worker(track, rules)
        return Expected(
            track.site_id, track.category, track.anchor_on, track.due_on, early_on, late_on, worker
        )

    def _worker(self, track: Track, rules: Rules) -> UUID | None:
        """Who led the visit at which it was met, or at which something was bought that needs it."""
        acts = (act for one in self._life.purchases(rules) for act in one.acts)
        there = [one for one in acts if one.on == track.anchor_on and one.site_id == track.site_id]
        met = [one for one in there if track.category in one.categories]
        opening = met or [one for one in there if _spawns(one, track.category, rules)]
        return next((self.leaders[one.visit_id] for one in opening if one.visit_id in self.leaders), None)


def _spawns(act: SignedAct, category: str, rules: Rules) -> bool:
    bought = (rules.categories[code] for code in act.categories if code in rules.categories)
    return any(spawn.category == category for one in bought for spawn in one.spawns)


def _window(due_on: date, category: Category) -> tuple[date, date]:
    return due_on - timedelta(days=category.early_days), due_on + timedelta(days=category.late_days)


def _bought(life: Life, rules: Rules, leaders: dict[UUID | None, UUID], zone: tzinfo) -> list[Bought]:
    found = [
        Bought(
            first_on=one.first_at.astimezone(zone).date(),
            on=one.on,
            workers=frozenset(leaders[act.visit_id] for act in one.acts if act.visit_id in leaders),
            categories=frozenset(one.categories),
            sites=frozenset(act.site_id for act in one.acts if act.site_id is not None),
            visits=frozenset(act.visit_id for act in one.acts if act.visit_id is not None),
            total_kop=one.total_kop,
        )
        for one in life.purchases(rules)
    ]
    return sorted(found, key=lambda one: (one.on, one.first_on))
