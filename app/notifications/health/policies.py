"""How a provider is judged by how its last calls ended: values in, values out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from app.notifications.channels.protocol import Accepted, Outcome

GOOD, BAD = "+", "-"
WINDOW = 20
"""So many of the last calls count,"""
FORGOTTEN_AFTER = timedelta(minutes=10)
"""unless there was none for so long."""
BAD_LEAST = 3
BAD_SHARE = 0.5
"""With at least so many bad ones, and at least such a part of all, it fails."""
PROBE_EVERY = timedelta(minutes=1)
"""A failing provider gets one message in this time."""
GOOD_AGAIN = 3
"""After so many good ones in a row it is asked in its turn again."""


class Health(NamedTuple):
    """How the last calls of a provider ended, for one company."""

    provider: str
    recent: str = ""
    """A `+` or `-` for each, the newest last."""
    noted_at: datetime | None = None
    lowered_at: datetime | None = None
    """Since when it fails. Null: it does not."""
    probed_at: datetime | None = None


def noted(health: Health, outcomes: Iterable[Outcome], *, now: datetime) -> Health:
    """The health after these calls. A refusal counts as bad, whatever the gateway says of later tries:
    one with a wrong login refuses every message for ever."""
    is_old = health.noted_at is not None and now - health.noted_at >= FORGOTTEN_AFTER
    before = "" if is_old else health.recent
    marks = "".join(GOOD if isinstance(one, Accepted) else BAD for one in outcomes)
    recent = (before + marks)[-WINDOW:]
    if health.lowered_at is not None and recent.endswith(GOOD * GOOD_AGAIN):
        return health._replace(recent=GOOD * GOOD_AGAIN, noted_at=now, lowered_at=None, probed_at=None)
    bad = recent.count(BAD)
    if health.lowered_at is None and bad >= BAD_LEAST and bad >= BAD_SHARE * len(recent):
        return health._replace(recent=recent, noted_at=now, lowered_at=now, probed_at=None)
    return health._replace(recent=recent, noted_at=now)


def in_order(providers: Sequence[str], known: Mapping[str, Health]) -> list[str]:
    """The preferred one first, failing ones last."""
    return sorted(providers, key=lambda name: name in known and known[name].lowered_at is not None)


def to_probe(providers: Sequence[str], known: Mapping[str, Health], *, now: datetime) -> str | None:
    """A failing provider that gets one message now, to see whether it works again."""
    return next(
        (
            name
            for name in providers
            if (health := known.get(name)) is not None
            and health.lowered_at is not None
            and now - (health.probed_at or health.lowered_at) >= PROBE_EVERY
        ),
        None,
    )
