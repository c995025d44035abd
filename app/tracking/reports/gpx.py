"""A worker's day as GPX 1.1: a track whose segments end where a gap begins, and a waypoint for each stop."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from gpxpy.gpx import GPX, GPXTrack, GPXTrackPoint, GPXTrackSegment, GPXWaypoint

from app.core.i18n import text
from app.tracking.facts.policies.kinds import FactKind
from app.tracking.facts.values import TrackFact
from app.tracking.pings.values import StoredPing
from app.tracking.reports.policies import drawn_positions
from app.tracking.reports.service import Track

GPX_TYPE = "application/gpx+xml"


def track_gpx(track: Track, lang: str) -> bytes:
    """Times are UTC, as GPX wants them. The track has the positions that facts follow from: see `drawn_positions`."""
    file = GPX()
    file.creator = "Brigada"
    file.name = f"{track.worker_name}, {track.day}"
    file.waypoints = [_waypoint(one, track, lang) for one in track.facts if one.kind is FactKind.STOP]
    drawn = GPXTrack(name=file.name)
    drawn.segments = [
        GPXTrackSegment([_point(one) for one in part])
        for part in unbroken(drawn_positions(track.pings), track.facts)
    ]
    file.tracks = [drawn]
    return file.to_xml(version="1.1").encode()


def unbroken(pings: Sequence[StoredPing], facts: Sequence[TrackFact]) -> Iterator[list[StoredPing]]:
    """The positions, divided where a gap lies between two of them."""
    gaps = iter([one.from_at for one in facts if one.kind is FactKind.GAP])
    gap = next(gaps, None)
    part: list[StoredPing] = []
    for one in pings:
        if gap is not None and gap < one.at:
            if part:
                yield part
            part, gap = [], _after(gaps, one.at)
        part.append(one)
    if part:
        yield part


def _after(gaps: Iterator[datetime], at: datetime) -> datetime | None:
    """The first gap that does not begin before this moment."""
    return next((one for one in gaps if one >= at), None)


def _point(ping: StoredPing) -> GPXTrackPoint:
    return GPXTrackPoint(ping.lat, ping.lon, elevation=ping.altitude_m, time=ping.at)


def _waypoint(fact: TrackFact, track: Track, lang: str) -> GPXWaypoint:
    if fact.place is None:
        raise AssertionError("a stop has a place")
    begins, ends = (moment.astimezone(track.zone) for moment in (fact.from_at, fact.to_at))
    site = track.site_of(fact)
    where = text(lang, "track", "job", number=site.job_number, address=site.address) if site else None
    return GPXWaypoint(
        fact.place.lat,
        fact.place.lon,
        time=fact.from_at,
        name=f"{text(lang, 'track', 'stop')} {begins:%H:%M}–{ends:%H:%M}",
        description=where,
    )
