from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.http.schemas import In, Lat, Lon, Name, Out, Patch, Point, Text
from app.tracking.pings.values import StoredPing
from app.tracking.signals.models import AllowedPlace, SignalAnswer, SignalSettings
from app.tracking.signals.policies import Choice, Decision, Reason
from app.tracking.signals.service import Shown, Told
from app.tracking.signals.wording import explain

Minutes = Annotated[int, msgspec.Meta(ge=10, le=240)]
Away = Annotated[int, msgspec.Meta(ge=100, le=5000)]
Accuracy = Annotated[int, msgspec.Meta(ge=10, le=200)]
Radius = Annotated[int, msgspec.Meta(ge=20, le=5000, description="Metres")]


class ChangeSignalSettings(Patch):
    is_on: bool | msgspec.UnsetType = msgspec.UNSET
    """Stops that began before it was turned on are never looked at. Tell the workers first."""
    stop_min: Minutes | msgspec.UnsetType = msgspec.UNSET
    away_m: Away | msgspec.UnsetType = msgspec.UNSET
    accuracy_m: Accuracy | msgspec.UnsetType = msgspec.UNSET


class SignalSettingsOut(Out):
    """Off until a company turns it on."""

    is_on: bool
    on_since: datetime | None
    stop_min: int
    """A stop is looked at if it lasts so many minutes, in the shift and without pauses."""
    away_m: int
    """And if it is further than this from every site of that day and every allowed place."""
    accuracy_m: int
    """And if its place is known better than this."""
    version: int

    @classmethod
    def of(cls, row: SignalSettings | None) -> Self:
        if row is None:
            return cls(is_on=False, on_since=None, stop_min=20, away_m=300, accuracy_m=60, version=0)
        same = ("is_on", "on_since", "stop_min", "away_m", "accuracy_m")
        return cls(**{name: getattr(row, name) for name in same}, version=row.row_version)


class AddAllowedPlace(In):
    """Depot, shop, canteen: a stop there needs no explanation."""

    name: Name
    lat: Lat
    lon: Lon
    radius_m: Radius = 100


class AllowedPlaceOut(Out):
    id: UUID
    name: str
    place: Point
    radius_m: int

    @classmethod
    def of(cls, row: AllowedPlace) -> Self:
        place = Point(lat=row.lat, lon=row.lon)
        return cls(id=row.id, name=row.name, place=place, radius_m=row.radius_m)


class AllowedPlacesOut(Out):
    items: list[AllowedPlaceOut]


class CloseSignal(In):
    decision: Decision
    """explained, not_explained, or mistake: the signal was wrong."""
    reason: Text


class SignalRuleOut(Out):
    """A rule that held. Without all of them there is no signal."""

    reason: Reason
    value: int | None
    """Minutes for in_shift, long and no_pause, metres for the others. Null: there was nothing to measure."""
    limit: int | None


class NearClientOut(Out):
    """The site of an earlier visit of the worker, within 150 m of the stop."""

    site_id: UUID
    job_number: int
    distance_m: int


class SignalAnswerOut(Out):
    choice: Choice
    comment: str
    said_at: datetime

    @classmethod
    def of(cls, row: SignalAnswer) -> Self:
        return cls(choice=Choice(row.choice), comment=row.comment, said_at=row.said_at)


class StopSignalOut(Out):
    """A stop that nothing known explains. It says nothing about what the worker did."""

    id: UUID
    worker_id: UUID
    worker_name: str
    day: date
    from_at: datetime
    to_at: datetime
    counted_s: int
    """Of it proved by positions, in the shift, without pauses."""
    place: Point | None
    """Null once it holds no longer."""
    accuracy_m: float | None
    rules: list[SignalRuleOut]
    near_clients: list[NearClientOut]
    repeats: int
    """Other signals of this worker at the same place within a year."""
    explanation: list[str]
    """The same in words, in the caller's language."""
    answers: list[SignalAnswerOut]
    """What the worker said, oldest first."""
    found_at: datetime
    gone_at: datetime | None
    """Since when new data explain it."""
    closed_at: datetime | None
    closed_by: UUID | None
    decision: Decision | None
    decision_reason: str | None

    @classmethod
    def of(cls, told: Told, zone: ZoneInfo, lang: str) -> Self:
        return cls(**cls.fields(told, zone, lang))

    @classmethod
    def fields(cls, told: Told, zone: ZoneInfo, lang: str) -> dict[str, Any]:
        row = told.signal
        same = (
            "id worker_id day from_at to_at counted_s accuracy_m found_at gone_at closed_at closed_by"
            " decision_reason"
        )
        known = row.lat is not None and row.lon is not None
        rules = [{name: one[name] for name in ("reason", "value", "limit")} for one in row.rules]
        return {name: getattr(row, name) for name in same.split()} | {
            "worker_name": told.worker_name,
            "place": Point(lat=row.lat or 0, lon=row.lon or 0) if known else None,
            "rules": msgspec.convert(rules, list[SignalRuleOut]),
            "near_clients": msgspec.convert(row.near_clients, list[NearClientOut]),
            "repeats": told.repeats,
            "explanation": explain(told, zone, lang),
            "answers": [SignalAnswerOut.of(one) for one in told.answers],
            "decision": Decision(row.decision) if row.decision else None,
        }


class SignalPingOut(Out):
    """A position that the signal goes by, as it was sent."""

    at: datetime
    place: Point
    accuracy_m: float | None
    device_id: UUID
    content: str
    """Hash of what the phone said, as 16 hex digits: with device and time it names the position."""

    @classmethod
    def of(cls, ping: StoredPing) -> Self:
        return cls(
            at=ping.at,
            place=Point(lat=ping.lat, lon=ping.lon),
            accuracy_m=ping.accuracy_m,
            device_id=ping.device_id,
            content=f"{ping.content & (1 << 64) - 1:016x}",
        )


class StopSignalWithPingsOut(StopSignalOut):
    pings: list[SignalPingOut]
    """Empty once the company keeps them no longer."""
    evidence: list[dict[str, Any]]
    """Of each stop: the derived fact, its first and last position, their number and hash."""

    @classmethod
    def of_shown(cls, shown: Shown, zone: ZoneInfo, lang: str) -> Self:
        pings = [SignalPingOut.of(one) for one in shown.pings]
        fields = cls.fields(shown.told, zone, lang)
        return cls(**fields, pings=pings, evidence=shown.told.signal.evidence)


def show_places(rows: Sequence[AllowedPlace]) -> AllowedPlacesOut:
    return AllowedPlacesOut(items=[AllowedPlaceOut.of(one) for one in rows])
