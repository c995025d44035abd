"""The six statuses and the history of a client: values in, values out.

`write_history` goes through the facts in time order and says at which moments the client had another status, and why.
The same facts give the same history, in whatever order they came.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import groupby
from typing import Any, NamedTuple

from app.crm.facts.values import Fact, in_time_order
from app.crm.rules.values import Rules
from app.crm.statuses.policies.life import Life, Standing
from app.crm.statuses.policies.nights import day_after, second_night
from app.crm.tracks.policies import Track


class ClientStatus(StrEnum):
    TARGET = "target"
    LEAD = "lead"
    NEWCOMER = "newcomer"
    FAN = "fan"
    DORMANT = "dormant"
    RETURNEE = "returnee"
    """Left disappointed and is worth winning back. Not: has come back."""


class Reason(StrEnum):
    """Why a client has his status."""

    NO_CONTACT_YET = "no_contact_yet"
    """A target: nobody may or can write to him."""
    ASKED = "asked"
    PERMITTED = "permitted"
    ANNULLED = "annulled"
    """What he had bought was paid back in full."""
    BOUGHT = "bought"
    """His first purchase, or as many as make a fan."""
    REFERRED = "referred"
    """Somebody whom he had sent has bought."""
    CAME_BACK = "came_back"
    """A new purchase after he was dormant or disappointed."""
    BOOKED = "booked"
    """Something of his is open again: he is not dormant while it is."""
    NEXT_VISIT_LATER = "next_visit_later"
    """His next visit is due later than was known."""
    RECOVERED = "recovered"
    OVERDUE = "overdue"
    """Dormant: the next visit is overdue. Nobody says that he did not like something."""
    NOT_INTERESTING = "not_interesting"
    """Dormant: disappointed, and not worth winning back."""
    GIVEN_UP = "given_up"
    """Dormant: disappointed, and the attempts to win him back have failed."""
    DISAPPOINTED = "disappointed"


class Step(NamedTuple):
    """From this moment on the client has this status."""

    at: datetime
    status: ClientStatus
    reason: Reason
    params: Mapping[str, Any]
    rules_version: int


class History(NamedTuple):
    steps: Sequence[Step]
    standing: Standing
    """At the end."""
    tracks: Sequence[Track]
    active_at: datetime
    """When something happened last."""
    look_at: datetime | None
    """When time alone changes the status next, if nothing else happens."""


def write_history(
    facts: Sequence[Fact], versions: Sequence[Rules], *, zone: tzinfo, until: datetime
) -> History | None:
    """The history up to `until`. `versions` are those of the rules, the oldest first; it holds also for what was
    before it. Facts that come later than `until` are looked at then. None: there are none until then.
    """
    known = [fact for fact in in_time_order(facts) if fact.at <= until]
    if not known:
        return None
    history = _Writer(versions, zone).write(known, until)
    coming = [fact.at for fact in facts if fact.at > until]
    if not coming:
        return history
    return history._replace(look_at=min([*coming, history.look_at or coming[0]]))


class _Writer:
    """Goes from moment to moment, and remembers what the next decision depends on."""

    def __init__(self, versions: Sequence[Rules], zone: tzinfo) -> None:
        self._versions = versions
        self._zone = zone
        self._life = Life(zone)
        self._rules = versions[0]
        self._steps: list[Step] = []
        self._overdue_since: datetime | None = None
        """Since when the next visit is overdue without a break, as long as it is."""

    def write(self, known: Sequence[Fact], until: datetime) -> History:
        moments = list(self._moments(known, until))
        look_at: datetime | None = None
        standing: Standing | None = None
        for place, (at, facts) in enumerate(moments):
            self._take(at, facts)
            standing = self._life.standing(self._rules)
            self._judge(at, standing)
            following = moments[place + 1][0] if place + 1 < len(moments) else None
            look_at = self._let_time_pass(at, standing, following, until)
        assert standing is not None  # noqa: S101  # there is a fact
        tracks = self._life.tracks(self._rules)
        return History(self._steps, standing, tracks, known[-1].at, look_at)

    def _moments(self, known: Sequence[Fact], until: datetime) -> Iterator[tuple[datetime, list[Fact]]]:
        """When something happens: a fact or new rules."""
        first = known[0].at
        published: dict[datetime, list[Fact]] = {
            one.valid_from: [] for one in self._versions[1:] if first < one.valid_from <= until
        }
        happened = {at: list(facts) for at, facts in groupby(known, key=lambda fact: fact.at)}
        if not published:
            return iter(happened.items())
        return iter(sorted((published | happened).items()))

    def _take(self, at: datetime, facts: Sequence[Fact]) -> None:
        rules = self._rules_at(at)
        if rules is not self._rules:
            self._rules = rules
            self._life.forget_purchases()
        for fact in facts:
            self._life.add(fact, rules)

    def _rules_at(self, at: datetime) -> Rules:
        if len(self._versions) == 1:
            return self._versions[0]
        return max(
            (one for one in self._versions[1:] if one.valid_from <= at),
            key=lambda one: one.version,
            default=self._versions[0],
        )

    def _judge(self, at: datetime, standing: Standing) -> None:
        """What the client is at this moment. What an event changes is changed at once."""
        was_overdue = bool(self._steps) and self._steps[-1].reason == Reason.OVERDUE
        overdue_from = self._overdue_from(standing, is_dormant=was_overdue)
        if overdue_from is None or at < overdue_from:
            self._overdue_since = None
        elif self._overdue_since is None:
            self._overdue_since = at
        since = self._overdue_since
        is_overdue = since is not None and (was_overdue or second_night(since, self._zone) <= at)
        self._say(at, standing, is_overdue=is_overdue)

    def _overdue_from(self, standing: Standing, *, is_dormant: bool) -> datetime | None:
        """From when on the next visit is overdue. None: never, as things stand.

        The grace is given once: whoever is dormant stays so until his next visit is due later than now.
        """
        need = standing.need
        if need is None or standing.has_open_order:
            return None
        return day_after(need.due_on + timedelta(days=0 if is_dormant else need.grace_days), self._zone)

    def _let_time_pass(
        self, at: datetime, standing: Standing, following: datetime | None, until: datetime
    ) -> datetime | None:
        """Between two moments only time goes by. The moment at which it changes something, if that is after `until`."""
        overdue_from = self._overdue_from(standing, is_dormant=False)
        if overdue_from is None or self._steps[-1].reason == Reason.OVERDUE:
            return None
        since = self._overdue_since or max(overdue_from, at)
        dormant_at = second_night(since, self._zone)
        if following is not None and since < following:
            self._overdue_since = since
        if dormant_at > until:
            return dormant_at
        if following is None or dormant_at < following:
            self._overdue_since = since
            self._say(dormant_at, standing, is_overdue=True)
        return None

    def _say(self, at: datetime, standing: Standing, *, is_overdue: bool) -> None:
        """Add a step if the status is another one, or the same for a reason that matters."""
        before = self._steps[-1] if self._steps else None
        status, reason = judge(standing, is_overdue=is_overdue, rules=self._rules)
        if before is not None and status == before.status:
            if status != ClientStatus.DORMANT or reason == before.reason:
                return
        elif before is not None:
            reason = _why_now(before, standing, status, reason)
        params = _params(standing, reason)
        self._steps.append(Step(at, status, reason, params, self._rules.version))


def judge(standing: Standing, *, is_overdue: bool, rules: Rules) -> tuple[ClientStatus, Reason]:
    """The status, first match wins."""
    bought = standing.purchases > 0
    is_worth_it = standing.is_interesting and not standing.is_given_up
    if bought and standing.is_disappointed and is_worth_it:
        return ClientStatus.RETURNEE, Reason.DISAPPOINTED
    if bought and standing.is_disappointed:
        gave_up = standing.is_given_up and standing.is_interesting
        return ClientStatus.DORMANT, Reason.GIVEN_UP if gave_up else Reason.NOT_INTERESTING
    if bought and is_overdue:
        return ClientStatus.DORMANT, Reason.OVERDUE
    if standing.purchases >= rules.content.fan_purchases:
        return ClientStatus.FAN, Reason.BOUGHT
    if standing.has_referral:
        return ClientStatus.FAN, Reason.REFERRED
    if bought:
        return ClientStatus.NEWCOMER, Reason.BOUGHT
    if standing.is_reachable and (standing.has_asked or standing.has_permitted):
        asked = Reason.ASKED if standing.has_asked else Reason.PERMITTED
        return ClientStatus.LEAD, Reason.ANNULLED if standing.is_annulled else asked
    return ClientStatus.TARGET, Reason.ANNULLED if standing.is_annulled else Reason.NO_CONTACT_YET


BUYERS = (ClientStatus.NEWCOMER, ClientStatus.FAN)


def _why_now(before: Step, standing: Standing, status: ClientStatus, reason: Reason) -> Reason:
    """The reason for a change to newcomer or fan depends on where he comes from."""
    if status not in BUYERS:
        return reason
    has_bought_since = standing.last_purchase_at is not None and standing.last_purchase_at > before.at
    if before.status in (ClientStatus.DORMANT, ClientStatus.RETURNEE):
        if has_bought_since:
            return Reason.CAME_BACK
        if before.reason == Reason.OVERDUE:
            return Reason.BOOKED if standing.has_open_order else Reason.NEXT_VISIT_LATER
        return Reason.RECOVERED
    if before.status == ClientStatus.FAN:
        return Reason.ANNULLED
    return reason


def _params(standing: Standing, reason: Reason) -> dict[str, Any]:
    """What the sentence of the reason says."""
    params: dict[str, Any] = {"purchases": standing.purchases} if standing.purchases else {}
    if reason in (Reason.OVERDUE, Reason.NEXT_VISIT_LATER) and standing.need is not None:
        params |= {"due_on": standing.need.due_on.isoformat(), "source": str(standing.need.source)}
    return params
