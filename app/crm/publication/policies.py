"""What other rules would change: values in, values out."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

import msgspec

from app.crm.facts.values import Fact
from app.crm.rules.values import Rules, RulesContent
from app.crm.statuses.policies.history import write_history

SETTLED_AFTER = timedelta(days=3)
"""What time alone changes takes two nights to take effect, so a comparison looks three days ahead."""


class Foreseen(NamedTuple):
    """The status of a client some days from now."""

    without: str
    """If the rules stay as they are."""
    with_them: str


def foresee(
    facts: Sequence[Fact], versions: Sequence[Rules], proposed: Rules, *, zone: tzinfo, now: datetime
) -> Foreseen | None:
    """What the proposed rules would make of a client, if they were published now. None: nothing is known of him."""
    until = now + SETTLED_AFTER
    without = write_history(facts, versions, zone=zone, until=until)
    with_them = write_history(facts, [*versions, proposed], zone=zone, until=until)
    if without is None or with_them is None:
        return None
    return Foreseen(without.steps[-1].status, with_them.steps[-1].status)


def with_medians(content: RulesContent, medians: Mapping[str, int]) -> RulesContent:
    """The rules with what a purchase of each category brings, in kopecks. What they said of it before is dropped."""
    categories = [
        msgspec.structs.replace(one, median_kop=medians.get(one.code)) for one in content.categories
    ]
    return msgspec.structs.replace(content, categories=categories)
