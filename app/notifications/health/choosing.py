"""Chooses a provider for each message, and notes how the calls ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.core.changes import Insert, Update
from app.db.work import Work
from app.notifications.channels.protocol import Channel, Channels, Outcome, Provider
from app.notifications.health import policies, queries
from app.notifications.health.policies import Health


class Choice:
    """Chooses for the messages of one claim. A channel with one provider costs nothing."""

    def __init__(self, channels: Channels, known: Mapping[str, Health], *, now: datetime) -> None:
        self._providers = {name: {one.name: one for one in some} for name, some in channels.items()}
        self._order = {name: policies.in_order(list(some), known) for name, some in self._providers.items()}
        self._probes = {
            name: probe
            for name, some in self._providers.items()
            if len(some) > 1 and (probe := policies.to_probe(list(some), known, now=now)) is not None
        }
        self.probed: list[str] = []

    def take(self, channel: Channel, *, refused_by: str | None) -> Provider:
        """The provider for the next message of this channel, if possible not the one that refused it last."""
        if (probe := self._probes.pop(channel, None)) is not None:
            self.probed.append(probe)
            return self._providers[channel][probe]
        order = self._order[channel]
        name = next((one for one in order if one != refused_by), order[0])
        return self._providers[channel][name]


def has_several(channels: Channels) -> bool:
    return any(len(some) > 1 for some in channels.values())


async def begin_choice(work: Work, channels: Channels, *, now: datetime) -> Choice:
    known = await work.all(queries.HEALTH) if has_several(channels) else []
    return Choice(channels, {one.provider: one for one in known}, now=now)


def note_probes(work: Work, choice: Choice, *, now: datetime) -> None:
    if choice.probed:
        work.write(Update("provider_health", {"provider": choice.probed}, {"probed_at": now}))


async def note_outcomes(
    work: Work, channels: Channels, ended: Sequence[tuple[str, Outcome]], *, now: datetime
) -> None:
    """Keep how calls ended, for channels with several providers. `ended`: the provider's name and the outcome."""
    watched = {one.name for some in channels.values() if len(some) > 1 for one in some}
    outcomes: dict[str, list[Outcome]] = {}
    for name, outcome in ended:
        if name in watched:
            outcomes.setdefault(name, []).append(outcome)
    if not outcomes:
        return
    known = {one.provider: one for one in await work.all(queries.HEALTH)}
    for name, some in outcomes.items():
        row = policies.noted(known.get(name, Health(name)), some, now=now)._asdict()
        which = {"provider": row.pop("provider")}
        work.write(
            Update("provider_health", which, row)
            if name in known
            else Insert("provider_health", which | row, once=True)
        )
