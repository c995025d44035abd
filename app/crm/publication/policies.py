"""What other rules would change: values in, values out."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from app.crm.facts.values import Fact
from app.crm.rules.values import Rules
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
