"""Return counted a second time, in the plainest way there is: slowly, and without a line of the product."""

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from statistics import median

DAY = timedelta(days=1)
CYCLES = {"maintenance": 365, "seal": 2190, "net": 365, "window_install": None}
"""Windows are needed again only on a day that somebody says."""
SPAWNS = {"window_install": ("maintenance", "seal")}
COUNTING = {"window_install", "maintenance", "seal", "net"}
NEAR, EARLY, LATE = 14, 60, 90


def _signed_at(pair):
    act, _ = pair
    return act.at


class PlainClient:
    def __init__(self, client_id, source, facts, zone, now):
        self.id, self.source, self.zone = client_id, source, zone
        known = sorted(
            (f for f in facts if f.at <= now), key=lambda f: (f.at, f.source_id.int, f.part, f.kind)
        )
        self.acts = [f for f in known if f.kind == "act_signed" and set(f.categories) & COUNTING]
        self.said = [f for f in known if f.kind in ("date_named", "date_entered")]
        self.money = defaultdict(int)
        for f in known:
            self.money[f.order_id] += {"payment_taken": 1, "refund_paid": -1}.get(f.kind, 0) * f.amount_kop
        self.purchases = self.purchases_of(self.acts)
        self.needs = [need for key in self.keys() for need in self.needs_of(*key)]

    def on(self, fact):
        return fact.at.astimezone(self.zone).date()

    def purchases_of(self, acts):
        groups = []
        for act in acts:
            near = [g for g in groups if any(self.belong(act, other) for other in g)]
            groups = [g for g in groups if g not in near] + [[a for g in near for a in g] + [act]]
        paid = [g for g in groups if sum(self.money[o] for o in {a.order_id for a in g}) > 0]
        paid = [sorted(g, key=lambda a: (a.at, a.source_id.int)) for g in paid]
        return sorted(paid, key=lambda g: (g[-1].at, g[0].at))

    def belong(self, one, other):
        near = abs((self.on(one) - self.on(other)).days) <= NEAR
        return one.order_id == other.order_id or (one.site_id == other.site_id and near)

    def keys(self):
        return sorted({(a.site_id, c) for a in self.acts for c in CYCLES}, key=str)

    def state(self, site, category, moment):
        """Anchor, due day, worker and purchase of a need as they were known at a moment. None: there was none."""
        groups = self.purchases_of([a for a in self.acts if a.at <= moment])
        here = [(a, g) for g in groups for a in g if a.site_id == site]
        met = [(a, g) for a, g in here if category in a.categories]
        spawning = [(a, g) for a, g in here if any(category in SPAWNS.get(c, ()) for c in a.categories)]
        if not met and not spawning:
            return None
        anchor, group = max(met, key=_signed_at) if met else min(spawning, key=_signed_at)
        days = sorted({max(self.on(a) for a, of in met if of is g) for _, g in met})
        due, length = None, CYCLES[category]
        if length and len(days) > 3:
            own = median([(b - a).days for a, b in pairwise(days)])
            length = int(min(max(own, length / 2), length * 2))
        if length:
            due = self.on(anchor) + length * DAY
        for kind in ("date_entered", "date_named"):
            for f in self.said:
                about = (not f.categories or f.categories[0] == category) and f.site_id in (None, site)
                if f.kind == kind and f.at <= moment and about and f.at >= anchor.at:
                    due = f.on_day
        return (self.on(anchor), due, anchor.worker_id, {self.on(a) for a in group}) if due else None

    def needs_of(self, site, category):
        """Rows of: category, site, anchor, due, worker, and the day on which the need was met anew."""
        found = []
        for fact in sorted([*self.acts, *self.said], key=lambda f: (f.at, f.source_id.int)):
            state = self.state(site, category, fact.at)
            if state is None:
                if found and (fact.site_id, category in fact.categories) == (site, True):
                    found[-1]["again"] = found[-1]["again"] or self.on(fact)
                continue
            anchor, due, worker, days = state
            last = found[-1] if found else None
            if last is None or last["again"] or (last["anchor"] != anchor and last["anchor"] not in days):
                if last:
                    last["again"] = last["again"] or anchor
                found.append(
                    {
                        "category": category,
                        "site": site,
                        "anchor": anchor,
                        "due": due,
                        "worker": worker,
                        "again": None,
                        "client": self,
                    }
                )
            elif last["anchor"] != anchor:
                last.update(anchor=anchor, due=due, worker=worker)
            elif last["due"] + LATE * DAY >= self.on(fact):
                last["due"] = due
        return found


def visits(client):
    """Day, workers and categories of each purchase."""
    return [
        (
            client.on(g[-1]),
            {a.worker_id for a in g},
            {c for a in g for c in a.categories},
            client.on(g[0]),
            {a.site_id for a in g},
        )
        for g in client.purchases
    ]


def plain_fixed(clients, v, r, keys_of):
    """(visited, returned, to the same worker) of all clients and of the new ones, by group, and who is lost."""
    groups = defaultdict(lambda: [0] * 6)
    lost = set()
    for client in clients:
        rows = visits(client)
        in_v = [x for x in rows if v[0] <= x[0] < v[1]]
        in_r = [x for x in rows if r[0] <= x[0] < r[1]]
        if not in_v:
            continue
        new = min(x[0] for x in rows) >= v[0]
        if not in_r:
            lost.add(client.id)
        for key in {"all"} | {str(k) for x in in_v for k in keys_of(client, x)}:
            led = {w for x in in_v for w in x[1] if str(w) == key or not is_worker(key)}
            same = any(led & x[1] for x in in_r)
            row = (1, bool(in_r), same)
            for place, add in enumerate((*row, *(new and one for one in row))):
                groups[key][place] += add
    return dict(groups), lost


def is_worker(key):
    return len(key) == 36


def returns_of(need):
    first, last = need["due"] - EARLY * DAY, need["due"] + LATE * DAY
    return [x for x in visits(need["client"]) if first <= x[0] <= last and x[3] > need["anchor"]]


def plain_due(clients, p, today, key_of):
    """(matured, returned, same worker, met, matured of newcomers, returned of them, immature), and who is lost."""
    groups = defaultdict(lambda: [0] * 7)
    lost = set()
    for client in clients:
        for need in client.needs:
            ahead = need["again"] is not None and need["again"] < need["due"] - EARLY * DAY
            if not p[0] <= need["due"] < p[1] or ahead:
                continue
            came = returns_of(need)
            matured = need["due"] + LATE * DAY < today
            if matured and not came:
                lost.add(client.id)
            same = any(need["worker"] in x[1] for x in came)
            met = any(need["category"] in x[2] and need["site"] in x[4] for x in came)
            new = bool(client.purchases) and need["anchor"] <= visits(client)[0][0]
            row = (1, bool(came), same, met, new, new and bool(came), 0) if matured else (0, 0, 0, 0, 0, 0, 1)
            for key in {"all", str(key_of(client, need))}:
                groups[key] = [a + b for a, b in zip(groups[key], row, strict=True)]
    return dict(groups), lost


def plain_standard(rows, worker):
    """Share of a worker, weighed by source and category. `rows` are (worker, kind, came)."""
    mine = {kind for who, kind, _ in rows if who == worker}
    weight = {kind: sum(1 for _, k, _ in rows if k == kind) for kind in mine}
    total = sum(weight.values())
    share = 0.0
    for kind in mine:
        came = [c for who, k, c in rows if who == worker and k == kind]
        share += weight[kind] / total * sum(came) / len(came)
    return share
