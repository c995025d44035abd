"""What a client will need next, and when: values in, values out.

A need track is one category at one site. What was bought there opens it, or what was bought there spawns it. Its due
date comes from the strongest source there is, see `Source`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import NamedTuple
from uuid import UUID

from app.crm.purchases.policies import Purchase, SignedAct
from app.crm.rules.values import Category, Rules, in_season

INTERVALS_MIN = 3
"""A client has a rhythm of his own from so many intervals on."""


class Source(StrEnum):
    """Where a due date comes from, the strongest first."""

    CLIENT = "client"
    """He named it."""
    SPECIALIST = "specialist"
    """Somebody entered it at the visit."""
    RHYTHM = "rhythm"
    """The median of his own intervals."""
    PASSPORT = "passport"
    """The installed product asks for it."""
    CYCLE = "cycle"
    """The cycle of the category."""


class Said(NamedTuple):
    """A date for the next visit, named by the client or entered by a specialist."""

    at: datetime
    on: date
    category: str | None
    """None: whatever it is for."""
    site_id: UUID | None
    """None: wherever."""
    visit_id: UUID | None


class Product(NamedTuple):
    """An installed product, by its passport."""

    site_id: UUID | None
    fields: dict[str, str]
    """Kind, manufacturer, profile and hardware in lower case."""


class Need(NamedTuple):
    due_on: date
    source: Source
    category: str | None
    """Whose cycle it is. None: a date that was named for whatever it is."""
    cycle_days: int
    """0: the date was named or entered."""
    grace_days: int
    """So much later the client is dormant."""


class Track(NamedTuple):
    site_id: UUID | None
    category: str
    anchor_on: date
    """The last purchase of it, or what spawned it."""
    due_on: date
    source: Source


class Known(NamedTuple):
    """All that needs follow from."""

    purchases: Sequence[Purchase]
    products: Sequence[Product]
    named: Sequence[Said]
    entered: Sequence[Said]
    """Both in the order in which they were said."""


_Key = tuple[UUID | None, str]
"""Site and category."""


class _Cycle(NamedTuple):
    days: int
    source: Source
    category: Category


def next_need(known: Known, rules: Rules) -> Need | None:
    """When the client himself is due: by the shortest cycle of what he has, from his last purchase of anything.

    None: he has bought nothing, or nothing that anybody needs again.
    """
    if not known.purchases:
        return None
    last = known.purchases[-1]
    for said, source in ((known.named, Source.CLIENT), (known.entered, Source.SPECIALIST)):
        if (chosen := _earliest(said, since=last.last_at, visits=_visits(last.acts))) is not None:
            return Need(chosen.on, source, chosen.category, 0, 0)
    cycles = list(_cycles(known, rules))
    if not cycles:
        return None
    base = min(cycles, key=lambda one: (one.days, one.category.code))
    return _need(last.on, base, sorted({one.on for one in known.purchases}))


def _earliest(said: Sequence[Said], *, since: datetime, visits: set[UUID | None]) -> Said | None:
    """Of the dates that still hold the nearest. A later one for the same takes the place of an earlier one."""
    held: dict[tuple[str | None, UUID | None], Said] = {}
    for one in said:
        if _holds(one, since, visits):
            if one.category is None and one.site_id is None:
                held.clear()
            held[one.category, one.site_id] = one
    return min(held.values(), key=lambda one: (one.on, one.category or ""), default=None)


def _holds(said: Said, since: datetime, visits: set[UUID | None]) -> bool:
    """A purchase uses up what was said before it, except at the same visit: he says it first and then signs."""
    return said.at >= since or (said.visit_id is not None and said.visit_id in visits)


def _visits(acts: Iterable[SignedAct]) -> set[UUID | None]:
    return {act.visit_id for act in acts}


def _need(anchor: date, cycle: _Cycle, bought_on: Sequence[date]) -> Need:
    category = cycle.category
    rhythm = _rhythm(bought_on, cycle.days)
    days = rhythm or cycle.days
    due_on = anchor + timedelta(days=days)
    if rhythm is None:
        due_on = in_season(due_on, category.season)
    source = Source.RHYTHM if rhythm else cycle.source
    return Need(due_on, source, category.code, days, int(category.grace * days))


def _rhythm(bought_on: Sequence[date], cycle_days: int) -> int | None:
    """The median of the intervals, from half the cycle to twice the cycle, in whole days. None: too few of them.

    What he bought on one day, for several sites, is one day: between them no time passed in which he needed nothing.
    """
    if len(bought_on) <= INTERVALS_MIN:
        return None
    between = [(late - early).days for early, late in pairwise(bought_on)]
    return int(min(max(median(between), cycle_days / 2), cycle_days * 2))


def _cycles(known: Known, rules: Rules) -> Iterable[_Cycle]:
    """The cycles of all that the client has, and of what that spawns."""
    seen: set[tuple[UUID | None, str]] = set()
    for act in (act for purchase in known.purchases for act in purchase.acts):
        for category in _opened_by(act, known.products, rules):
            if (act.site_id, category.code) not in seen:
                seen.add((act.site_id, category.code))
                if (cycle := _cycle_of(category, act.site_id, known.products)) is not None:
                    yield cycle


def _opened_by(act: SignedAct, products: Sequence[Product], rules: Rules) -> Iterable[Category]:
    """What an act sells, and what will be needed because of it."""
    for code in act.categories:
        category = rules.categories.get(code)
        if category is not None and category.counts_as_purchase:
            yield category
            yield from _spawned(category, act.site_id, products, rules)


def _spawned(
    category: Category, site_id: UUID | None, products: Sequence[Product], rules: Rules
) -> Iterable[Category]:
    for spawn in category.spawns:
        wanted = spawn.product_kinds
        if wanted and not any(one.fields["kind"] in wanted for one in products if one.site_id == site_id):
            continue
        if (spawned := rules.categories.get(spawn.category)) is not None:
            yield spawned


def _cycle_of(category: Category, site_id: UUID | None, products: Sequence[Product]) -> _Cycle | None:
    """By the products of the site, otherwise by the category."""
    asked = [
        asks.cycle_days
        for asks in category.passport_cycles
        for product in products
        if product.site_id == site_id and product.fields.get(asks.field) == asks.value.lower()
    ]
    if asked:
        return _Cycle(min(asked), Source.PASSPORT, category)
    return _Cycle(category.cycle_days, Source.CYCLE, category) if category.cycle_days else None


def find_tracks(known: Known, rules: Rules) -> list[Track]:
    """Every need of the client, by site and category."""
    found: list[Track] = []
    for (site_id, code), opened in _openings(known, rules).items():
        category = rules.categories[code]
        if (due := _due(category, site_id, opened, known)) is not None:
            found.append(Track(site_id, code, opened.anchor.on, *due))
    return sorted(found, key=lambda one: (one.due_on, one.category, str(one.site_id)))


class _Opened(NamedTuple):
    """A track before its due date is known."""

    anchor: SignedAct
    """The last act that met the need, otherwise the first that spawned it: so what was installed first comes first."""
    met_on: Sequence[date]
    """Days on which it was bought, one for each purchase."""


def _openings(known: Known, rules: Rules) -> dict[_Key, _Opened]:
    """Purchases can interleave: one order may begin before another and end after it. So days are put in order here."""
    met: dict[_Key, list[SignedAct]] = defaultdict(list)
    spawned: dict[_Key, list[SignedAct]] = defaultdict(list)
    for purchase in known.purchases:
        last: dict[_Key, SignedAct] = {}
        for act, category in _opened_in(purchase, known.products, rules):
            if category.code in act.categories:
                last[act.site_id, category.code] = act
            else:
                spawned[act.site_id, category.code].append(act)
        for key, act in last.items():
            met[key].append(act)
    opened = {key: _Opened(min(acts, key=_signed_at), ()) for key, acts in spawned.items()}
    for key, acts in met.items():
        opened[key] = _Opened(max(acts, key=_signed_at), sorted({act.on for act in acts}))
    return opened


def _opened_in(
    purchase: Purchase, products: Sequence[Product], rules: Rules
) -> Iterable[tuple[SignedAct, Category]]:
    for act in purchase.acts:
        for category in _opened_by(act, products, rules):
            yield act, category


def _signed_at(act: SignedAct) -> datetime:
    return act.at


def _due(
    category: Category, site_id: UUID | None, opened: _Opened, known: Known
) -> tuple[date, Source] | None:
    anchor = opened.anchor
    for said, source in ((known.named, Source.CLIENT), (known.entered, Source.SPECIALIST)):
        about = [
            one
            for one in said
            if one.category in (None, category.code)
            and one.site_id in (None, site_id)
            and _holds(one, anchor.at, {anchor.visit_id})
        ]
        if about:
            return about[-1].on, source
    cycle = _cycle_of(category, site_id, known.products)
    if cycle is None:
        return None
    need = _need(anchor.on, cycle, opened.met_on)
    return need.due_on, need.source
