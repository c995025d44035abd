"""A worker's day as GeoJSON (RFC 7946): a feature for each thing that was derived, and one for what was sent."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from app.core.places import Place
from app.tracking.facts.policies.kinds import FactKind
from app.tracking.facts.values import TrackFact
from app.tracking.pings.values import StoredPing
from app.tracking.reports.policies import drawn_positions
from app.tracking.reports.service import Track

GEOJSON = "application/geo+json"
DEGREES = 7
"""Decimal places: a centimetre."""


def track_geojson(track: Track) -> bytes:
    """A FeatureCollection. Its own members say whose day it is, in which zone, and how far it is derived."""
    drawn = drawn_positions(track.pings)
    features = [*(_fact(one, track, drawn) for one in track.facts), _positions(track.pings)]
    return msgspec.json.encode(
        {
            "type": "FeatureCollection",
            "worker_id": track.worker_id,
            "worker_name": track.worker_name,
            "day": track.day,
            "timezone": track.zone.key,
            "since": track.period.starts_at,
            "until": track.period.ends_at,
            "derived_at": track.state.derived_at,
            "is_final": track.state.is_final,
            "features": features,
        }
    )


def _fact(fact: TrackFact, track: Track, drawn: Sequence[StoredPing]) -> dict[str, Any]:
    site = track.site_of(fact)
    said = {
        "kind": fact.kind,
        "from": fact.from_at,
        "to": fact.to_at,
        "duration_s": round((fact.to_at - fact.from_at).total_seconds()),
        "distance_m": fact.distance_m,
        "accuracy_m": fact.accuracy_m,
        "confidence_pct": fact.confidence,
        "cause": fact.cause,
        "visit_id": fact.visit_id,
        "site_id": fact.site_id,
        "job_number": site.job_number if site else None,
        "address": site.address if site else None,
        "algorithm_version": fact.algorithm_version,
        "evidence": fact.evidence,
    }
    return _feature(_geometry(fact, drawn), said, id_=fact.id)


def _geometry(fact: TrackFact, pings: Iterable[StoredPing]) -> dict[str, Any] | None:
    """A point where he stayed, a line where he went. A gap has none: nobody knows where he was."""
    if fact.kind is FactKind.TRIP:
        return _line([one for one in pings if fact.from_at <= one.at <= fact.to_at])
    if fact.kind is FactKind.GAP or fact.place is None:
        return None
    return {"type": "Point", "coordinates": _of_place(fact.place)}


def _line(pings: list[StoredPing]) -> dict[str, Any] | None:
    """A line has two positions at least."""
    if len(pings) < 2:
        return None
    return {"type": "LineString", "coordinates": [_of_ping(one) for one in pings]}


def _positions(pings: list[StoredPing]) -> dict[str, Any]:
    """Everything that was sent, whatever it is worth, in the order of its true time."""
    said = {
        "kind": "positions",
        "count": len(pings),
        "at": [one.at for one in pings],
        "received_at": [one.received_at for one in pings],
        "accuracy_m": [one.accuracy_m for one in pings],
        "is_mock": [one.is_mock for one in pings],
    }
    return _feature({"type": "MultiPoint", "coordinates": [_of_ping(one) for one in pings]}, said)


def _feature(geometry: dict[str, Any] | None, said: dict[str, Any], *, id_: Any = None) -> dict[str, Any]:
    named = {"id": id_} if id_ else {}
    return {"type": "Feature", **named, "geometry": geometry, "properties": said}


def _of_ping(ping: StoredPing) -> list[float]:
    """Longitude first, as GeoJSON wants it."""
    return [round(ping.lon, DEGREES), round(ping.lat, DEGREES)]


def _of_place(place: Place) -> list[float]:
    return [round(place.lon, DEGREES), round(place.lat, DEGREES)]
