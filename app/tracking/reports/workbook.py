"""A worker's day as a workbook: what was derived, and every position as it was sent."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from app.core.i18n import text
from app.core.sheets import Cell, Column, Table
from app.tracking.facts.policies.kinds import FactKind
from app.tracking.facts.values import TrackFact
from app.tracking.reports.service import Track

FACTS = (
    "kind",
    "from",
    "to",
    "duration",
    "distance",
    "place",
    "lat",
    "lon",
    "accuracy",
    "confidence",
    "cause",
)
PINGS = (
    "at",
    "lat",
    "lon",
    "accuracy",
    "speed",
    "heading",
    "altitude",
    "battery",
    "provider",
    "activity",
    "mock",
    "received",
    "offset",
    "device",
)
WIDE = {"place": 44, "device": 38, "cause": 40, "from": 20, "to": 20, "at": 20, "received": 20, "kind": 22}
USUAL = 13
KMH = 3.6


def track_tables(track: Track, lang: str) -> list[Table]:
    """Two sheets. Times are those of the company's zone."""
    return [
        Table(_word("day", lang), _columns(FACTS, lang), _facts(track, lang)),
        Table(_word("pings", lang), _columns(PINGS, lang), _pings(track, lang)),
    ]


def _word(key: str, lang: str) -> str:
    return text(lang, "track", key)


def _columns(keys: tuple[str, ...], lang: str) -> list[Column]:
    return [Column(_word(key, lang), WIDE.get(key, USUAL)) for key in keys]


def _facts(track: Track, lang: str) -> Iterator[list[Cell]]:
    for fact in track.facts:
        place = fact.place
        yield [
            _word("mocked" if fact.kind is FactKind.MOCK else fact.kind, lang),
            _on_clock(fact.from_at, track.zone),
            _on_clock(fact.to_at, track.zone),
            fact.to_at - fact.from_at,
            fact.distance_m / 1000,
            _job(fact, track, lang),
            place.lat if place else None,
            place.lon if place else None,
            fact.accuracy_m,
            fact.confidence,
            text(lang, "gap_causes", fact.cause) if fact.cause else None,
        ]


def _job(fact: TrackFact, track: Track, lang: str) -> str | None:
    site = track.site_of(fact)
    return text(lang, "track", "job", number=site.job_number, address=site.address) if site else None


def _pings(track: Track, lang: str) -> Iterator[list[Cell]]:
    yes = _word("yes", lang)
    for one in track.pings:
        yield [
            _on_clock(one.at, track.zone),
            one.lat,
            one.lon,
            one.accuracy_m,
            round(one.speed_mps * KMH, 1) if one.speed_mps is not None else None,
            one.heading_deg,
            one.altitude_m,
            one.battery_pct,
            one.provider,
            one.activity,
            yes if one.is_mock else None,
            _on_clock(one.received_at, track.zone),
            one.clock_offset_s or None,
            str(one.device_id),
        ]


def _on_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)
