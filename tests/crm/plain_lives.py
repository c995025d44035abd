"""The definitions of statuses, purchases and due dates once more, as plainly as they can be written.

It looks at every event and every night one by one, and works everything out from all facts each time. It shares no
code with `app.crm` but the shapes of facts and rules.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

from app.crm.facts.values import Fact
from app.crm.rules.values import Rules

BOUGHT_OR_LATER = ("newcomer", "fan")


def purchases_of(facts: Sequence[Fact], versions: Sequence[Rules], now: Rules, zone: ZoneInfo):
    acts = [f for f in facts if f.kind == "act_signed" and _counts(f, _rules(versions, f.at))]
    found = []
    for members in _groups(acts, now, zone):
        orders = {f.order_id for f in members}
        paid = sum(
            f.amount_kop * (1 if f.kind == "payment_taken" else -1)
            for f in facts
            if f.kind in ("payment_taken", "refund_paid") and f.order_id in orders
        )
        if paid > 0:
            found.append((members, paid))
    return sorted(found, key=lambda one: (one[0][-1].at, one[0][0].at))


def _groups(acts: list[Fact], rules: Rules, zone: ZoneInfo) -> list[list[Fact]]:
    left, groups = list(acts), []
    while left:
        group = [left.pop(0)]
        while more := [f for f in left if any(_together(f, member, rules, zone) for member in group)]:
            group += more
            left = [f for f in left if f not in more]
        groups.append(sorted(group, key=lambda f: f.at))
    return groups


def _counts(act: Fact, rules: Rules) -> bool:
    return any(c.counts_as_purchase for c in rules.content.categories if c.code in act.categories)


def _together(a: Fact, b: Fact, rules: Rules, zone: ZoneInfo) -> bool:
    if a.order_id == b.order_id:
        return True
    near = abs((_day(a.at, zone) - _day(b.at, zone)).days) <= rules.content.near_days
    return a.site_id == b.site_id and near


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def _rules(versions: Sequence[Rules], at: datetime) -> Rules:
    valid = [one for one in versions if one.valid_from <= at]
    return valid[-1] if valid else versions[0]


def due_of(bought, facts: Sequence[Fact], rules: Rules, zone: ZoneInfo) -> tuple[date, int] | None:
    """The due day and the days of grace."""
    if not bought:
        return None
    last, visits = bought[-1][0][-1].at, {f.visit_id for f in bought[-1][0]}
    for kind in ("date_named", "date_entered"):
        said = {}
        for f in sorted(facts, key=lambda f: (f.at, f.source_id.int)):
            if f.kind == kind and (f.at >= last or (f.visit_id and f.visit_id in visits)):
                key = (tuple(f.categories), f.site_id)
                if key == ((), None):
                    said = {}
                said[key] = f.on_day
        if said:
            return min(said.values()), 0
    by_code = {c.code: c for c in rules.content.categories}
    cycles = _cycles(bought, by_code, facts)
    if not cycles:
        return None
    days, code = min(cycles)
    dates = sorted({_day(members[-1].at, zone) for members, _ in bought})
    if len(dates) >= 4:
        middle = median([(b - a).days for a, b in pairwise(dates)])
        days = int(min(max(middle, days / 2), days * 2))
        return dates[-1] + timedelta(days=days), int(by_code[code].grace * days)
    due = dates[-1] + timedelta(days=days)
    while (season := by_code[code].season) and not season.first <= f"{due:%m-%d}" <= season.last:
        due += timedelta(days=1)
    return due, int(by_code[code].grace * days)


def _cycles(bought, by_code, facts: Sequence[Fact]) -> list[tuple[int, str]]:
    acts = [f for members, _ in bought for f in members]
    sold = [(f.site_id, by_code[code]) for f in acts for code in f.categories if code in by_code]
    needed = [
        (site, by_code[code])
        for site, category in sold
        if category.counts_as_purchase
        for code in [category.code, *(s.category for s in category.spawns)]
        if code in by_code
    ]
    found = []
    for site, category in needed:
        here = [f.detail for f in facts if f.kind == "passport_issued" and f.site_id == site]
        asked = [c.cycle_days for c in category.passport_cycles for d in here if d[c.field] == c.value]
        days = min(asked) if asked else category.cycle_days
        if days:
            found.append((days, category.code))
    return found


def holds(facts: Sequence[Fact], begins: str, ends: str) -> bool:
    """Whether any card still says so. What a card ends that never began it, ends for all."""
    cards: set = set()
    for f in facts:
        if f.kind == begins:
            cards.add(f.source_id)
        if f.kind == ends:
            cards = cards - {f.source_id} if f.source_id in cards else set()
    return bool(cards)


def is_disappointed(bought, facts: Sequence[Fact], rules: Rules) -> datetime | None:
    last = bought[-1][0][-1].at if bought else datetime.min.replace(tzinfo=ZoneInfo("UTC"))
    recovered = {f.source_id for f in facts if f.kind == "disappointment_recovered"}
    open_ones = sorted(
        (
            f
            for f in facts
            if f.kind == "disappointment_noted" and f.source_id not in recovered and f.at >= last
        ),
        key=lambda f: f.at,
    )
    for place, f in enumerate(open_ones):
        near = [g for g in open_ones[:place] if f.at - g.at <= timedelta(days=rules.content.pair_days)]
        if f.detail["severity"] >= rules.content.alone_severity or near:
            return f.at
    return None


def is_interesting(bought, facts: Sequence[Fact], rules: Rules) -> bool:
    said = [f for f in facts if f.kind == "interest_in_client_set"]
    if said:
        return said[-1].detail["is_interesting"]
    if holds(facts, "stop_listed", "stop_lifted"):
        return False
    if any(f.kind == "referral_paid" for f in facts):
        return True
    by_code = {c.code: c for c in rules.content.categories}
    return bool(_cycles(bought, by_code, facts)) or _is_expected_by_word(bought, by_code, facts)


def _is_expected_by_word(bought, by_code, facts: Sequence[Fact]) -> bool:
    """Whether somebody said when he will need something that he has, also if nobody needs it again by itself."""
    acts = [f for members, _ in bought for f in members]
    counting = [
        (f, code)
        for f in acts
        for code in f.categories
        if code in by_code and by_code[code].counts_as_purchase
    ]
    for f, code in counting:
        since = max(a.at for a, other in counting if (a.site_id, other) == (f.site_id, code))
        visits = {a.visit_id for a in acts if a.at == since}
        for said in facts:
            if (
                said.kind in ("date_named", "date_entered")
                and (not said.categories or said.categories[0] == code)
                and said.site_id in (None, f.site_id)
                and (said.at >= since or (said.visit_id and said.visit_id in visits))
            ):
                return True
    return False


def plain_history(
    facts: Sequence[Fact], versions: Sequence[Rules], zone: ZoneInfo, until: datetime
) -> list[tuple[datetime, str]]:
    """Each moment at which the status changes, with the new one."""
    facts = sorted((f for f in facts if f.at <= until), key=lambda f: (f.at, f.source_id.int, f.part, f.kind))
    events = {f.at for f in facts}
    events |= {r.valid_from for r in versions[1:] if facts[0].at < r.valid_from <= until}
    nights, day = set(), _day(facts[0].at, zone)
    while datetime.combine(day, time(3), zone) <= until:
        nights.add(datetime.combine(day, time(3), zone).astimezone(ZoneInfo("UTC")))
        day += timedelta(days=1)
    changes: list[tuple[datetime, str]] = []
    status, was_overdue, in_a_row = "", False, 0
    for moment in sorted(events | {one for one in nights if one > min(events)}):
        known, rules = [f for f in facts if f.at <= moment], _rules(versions, moment)
        bought = purchases_of(known, versions, rules, zone)
        due = due_of(bought, known, rules, zone)
        opened: dict = {}
        for f in known:
            if f.kind in ("order_opened", "order_closed"):
                opened[f.source_id] = f.kind == "order_opened"
        is_late = False
        if due is not None and not any(opened.values()):
            limit = due[0] + timedelta(days=0 if was_overdue else due[1])
            is_late = _day(moment, zone) > limit
        in_a_row = (in_a_row + (1 if moment in nights else 0)) if is_late else 0
        overdue = is_late and (was_overdue or in_a_row >= 2)
        new, reason = _status(known, bought, rules, overdue)
        was_overdue = reason == "overdue"
        if new != status:
            changes.append((moment, new))
            status = new
    return changes


def _status(known: Sequence[Fact], bought, rules: Rules, overdue: bool) -> tuple[str, str]:
    since = is_disappointed(bought, known, rules) if bought else None
    if since is not None:
        interesting, needed = is_interesting(bought, known, rules), rules.content.attempts_max
        failed = sorted(f.at for f in known if f.kind == "win_back_failed" and f.at >= since)
        within = timedelta(days=rules.content.attempts_days)
        given_up = any(failed[i + needed - 1] - failed[i] <= within for i in range(len(failed) - needed + 1))
        return ("returnee", "") if interesting and not given_up else ("dormant", "")
    if bought and overdue:
        return "dormant", "overdue"
    if len(bought) >= rules.content.fan_purchases or any(f.kind == "referral_paid" for f in known):
        return "fan", ""
    if bought:
        return "newcomer", ""
    reachable = holds(known, "contact_usable", "contact_lost")
    permitted = holds(known, "permission_given", "permission_withdrawn")
    asked = any(f.kind == "request_received" for f in known)
    return ("lead", "") if reachable and (asked or permitted) else ("target", "")
