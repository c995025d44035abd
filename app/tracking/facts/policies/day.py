"""The facts of one worker's day. The same positions give the same facts, to the byte.

The day is [begin, end) of the company's zone. Positions of two hours before and after it are looked at too, so a stop
over midnight is one on both days. What crosses midnight is cut there, and whole seconds and metres are cut so that the
parts add up: reports of a week are sums of days.
"""

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import numpy as np

from app.core.canonical import canonical_hash
from app.tracking.facts.policies import gaps, presence, segments, silences
from app.tracking.facts.policies.cleaning import FASTEST_MPS, Usable, choose_usable
from app.tracking.facts.policies.gaps import Silence, Span
from app.tracking.facts.policies.kinds import FactKind, GapCause
from app.tracking.facts.policies.presence import Presence, VisitSite
from app.tracking.facts.policies.segments import Segment, Stretch
from app.tracking.facts.policies.stops import rule_for
from app.tracking.facts.policies.track import SECOND_US, Bools, Track, leg_lengths_m, make_track
from app.tracking.pings.values import StoredPing
from app.tracking.settings.values import SHORTEST_STOP_S

ALGORITHM_VERSION = 5
"""A change that can give other facts from the same positions counts it up."""
MARGIN_US = 2 * 3600 * SECOND_US
"""How far beyond the day positions are looked at."""
IDS = UUID("6b2d5c3e-7f14-5f0a-9c55-2f3b1d0a9e71")
"""Namespace of the ids of facts."""
LISTED = 20
"""So many single positions are listed in the evidence of what is wrong."""


class Day(NamedTuple):
    """What the facts of a day follow from, beside positions."""

    worker_id: UUID
    span: Span
    allowed: Sequence[Span]
    """When positions were allowed: in shift, with consent, not absent, not private. They do not overlap."""
    sites: Sequence[VisitSite]
    known_until_us: int
    """Now. An allowed time that is not over by then does not end in a gap."""
    shortest_stop_s: int = SHORTEST_STOP_S
    """As the company has set it. Shorter stops belong to the trip."""


class Finding(NamedTuple):
    """A fact before it is stored. `span` has whole seconds and lies inside the day."""

    id: UUID
    kind: FactKind
    span: Span
    lat: float | None
    lon: float | None
    accuracy_m: float | None
    distance_m: int
    visit_id: UUID | None
    site_id: UUID | None
    cause: GapCause | None
    confidence: int
    evidence: dict[str, Any]


class DayFacts(NamedTuple):
    findings: list[Finding]
    ping_count: int
    distance_m: int
    moving_s: int
    stopped_s: int
    unseen_s: int
    """In gaps at times when positions were allowed."""
    facts_hash: bytes
    """SHA-256 of the findings in canonical form."""
    edges_hash: bytes
    """SHA-256 of the positions that the neighbouring days look at too."""


class _Draft(NamedTuple):
    """A finding that is not yet cut to the day."""

    kind: FactKind
    span: Span
    evidence: dict[str, Any]
    confidence: int
    place: tuple[float, float] | None = None
    accuracy_m: float | None = None
    way: segments.Way | None = None
    site: VisitSite | None = None
    cause: GapCause | None = None


def derive_day(pings: Iterable[StoredPing], day: Day) -> DayFacts:
    """Trips, stops, gaps, presences and warnings of a day. `pings` are those of the day and of two hours around it.

    A day of which there is no position has gaps only: one for each allowed time that is over.
    """
    track = make_track(pings)
    usable = choose_usable(track)
    stretches = segments.find_stretches(usable.track)
    rule = rule_for(day.shortest_stop_s)
    cut = [segments.cut_stretch(usable.track, one, rule) for one in stretches]
    drafts = [
        *itertools.chain.from_iterable(_moves(usable, pieces) for pieces in cut),
        *_gaps(usable, stretches, day),
        *_presences(usable, itertools.chain.from_iterable(cut), day),
        *_too_fast(usable),
        *_mocks(usable),
    ]
    findings = list(_number(day, drafts))
    if not _is_inside(track, day.span).any():
        findings = [one for one in findings if _is_unseen(one)]
    return _sum_up(track, day, findings)


def _is_unseen(finding: Finding) -> bool:
    """A gap at a time when positions were allowed."""
    return finding.kind == FactKind.GAP and finding.cause != GapCause.OFF_SHIFT


def _moves(usable: Usable, pieces: Sequence[Segment]) -> Iterator[_Draft]:
    for number, piece in enumerate(pieces):
        before = pieces[number - 1] if number else None
        after = pieces[number + 1] if number + 1 < len(pieces) else None
        yield _stop(usable, piece) if piece.stop else _trip(usable, piece, before, after)


def _stop(usable: Usable, piece: Segment) -> _Draft:
    assert piece.stop is not None  # noqa: S101  # the caller looked
    track = usable.track.take(slice(piece.first, piece.last))
    accuracy_m = round(float(np.median(track.accuracy_m)), 1)
    evidence = {**_evidence(usable, track, piece), "radius_m": round(piece.stop.radius_m)}
    place = (piece.stop.lat, piece.stop.lon)
    return _Draft(FactKind.STOP, _whole(piece), evidence, _trust(track), place, accuracy_m)


def _trip(usable: Usable, piece: Segment, before: Segment | None, after: Segment | None) -> _Draft:
    track = usable.track.take(slice(piece.first, piece.last))
    way = segments.measure_way(usable.track, piece, before, after)
    return _Draft(FactKind.TRIP, _whole(piece), _evidence(usable, track, piece), _trust(track), way=way)


def _whole(span: Any) -> Span:
    """In whole seconds. Neighbours are rounded alike, so they still touch."""
    return Span(_second(span.from_us), _second(span.to_us))


def _second(us: int) -> int:
    return (us + SECOND_US // 2) // SECOND_US * SECOND_US


def _evidence(usable: Usable, track: Track, span: Any) -> dict[str, Any]:
    """Which positions a fact was made of: the first, the last, how many, and the SHA-256 of all."""
    wrong = (usable.wrong.at_us >= span.from_us) & (usable.wrong.at_us < span.to_us)
    found = {"count": len(track), "pings_sha256": _hash_of(track), "left_out": int(wrong.sum())}
    if len(track):
        found |= {"first": _named(track.fix(0)), "last": _named(track.fix(-1))}
        found["accuracy_m"] = round(float(np.median(track.accuracy_m)))
    return found


def _named(ping: StoredPing) -> dict[str, Any]:
    """What tells a position from all others of its worker."""
    return {"at": ping.at.isoformat(), "device_id": str(ping.device_id), "content": ping.content}


def _hash_of(track: Track) -> str:
    """SHA-256 of times, devices and contents."""
    devices = sorted({track.fixes[int(row)].device_id.bytes for row in track.row[_firsts(track)]})
    columns = np.stack([track.at_us, track.content, np.unique(track.device, return_inverse=True)[1]])
    return hashlib.sha256(b"".join(devices) + columns.astype(">i8").tobytes()).hexdigest()


def _firsts(track: Track) -> Any:
    """Index of one position of each device."""
    return np.unique(track.device, return_index=True)[1]


def _trust(track: Track) -> int:
    """Percent. Falls with inaccurate and with rare positions: a rough measure for people."""
    if len(track) < 2:
        return 40
    pace_s = float(np.median(track.seconds()))
    accuracy_m = float(np.median(track.accuracy_m))
    return max(20, min(98, round(100 - 0.4 * accuracy_m - 0.15 * pace_s)))


def _gaps(usable: Usable, stretches: Sequence[Stretch], day: Day) -> Iterator[_Draft]:
    """Between two positions every part of a silence; before the first and after the last one only allowed time.

    What comes after the last position is a gap when the allowed time is over. Before that the phone may still tell.
    """
    track = usable.track
    yield from _open_gaps(usable, day)
    for one, other in itertools.pairwise(stretches):
        span = Span(int(track.at_us[one.last - 1]), int(track.at_us[other.first]))
        before, after = track.fix(one.last - 1), track.fix(other.first)
        for part, is_allowed in gaps.split_by(span, day.allowed):
            yield _gap(usable, part, before, after, is_allowed=is_allowed)


def _open_gaps(usable: Usable, day: Day) -> Iterator[_Draft]:
    track = usable.track
    pauses_s, silent = track.seconds(), silences.silent_legs(track)
    first, last = (track.fix(0), track.fix(-1)) if len(track) else (None, None)
    begin_us = int(track.at_us[0]) if len(track) else day.span.to_us
    end_us = int(track.at_us[-1]) if len(track) else day.span.to_us
    for span, before, after, leg in (
        (Span(day.span.from_us, begin_us), None, first, 0),
        (Span(end_us, day.span.to_us), last, None, -1),
    ):
        patience_us = silences.patience_s(pauses_s, silent, leg) * SECOND_US
        for part, is_allowed in gaps.split_by(span, day.allowed) if not span.is_empty else ():
            is_long = part.to_us - part.from_us > patience_us
            if is_allowed and is_long and (after or part.to_us <= day.known_until_us):
                yield _gap(usable, part, before, after, is_allowed=True)


def _gap(
    usable: Usable, span: Span, before: StoredPing | None, after: StoredPing | None, *, is_allowed: bool
) -> _Draft:
    came = [
        track.fix(index)
        for track in (usable.mock, usable.vague)
        for index in np.flatnonzero((track.at_us > span.from_us) & (track.at_us < span.to_us)).tolist()
    ]
    silence = Silence(span, before, after, came)
    cause = gaps.probable_cause(silence) if is_allowed else GapCause.OFF_SHIFT
    evidence: dict[str, Any] = {"unusable": len(came)}
    if before:
        evidence["before"] = {**_named(before), "battery_pct": _rounded(before.battery_pct)}
    if after:
        evidence["after"] = {**_named(after), "battery_pct": _rounded(after.battery_pct)}
    if before and after:
        evidence["moved_m"] = round(gaps.moved_m(before, after))
    return _Draft(FactKind.GAP, _whole(span), evidence, gaps.CONFIDENCE[cause], cause=cause)


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)


def _presences(usable: Usable, pieces: Iterable[Segment], day: Day) -> Iterator[_Draft]:
    stops = [piece for piece in pieces if piece.stop]
    for found in presence.find_presences(usable.track, stops, day.sites):
        yield _presence(usable, found)


def _presence(usable: Usable, found: Presence) -> _Draft:
    track = usable.track.take(slice(found.first, found.last))
    length_us = found.span.to_us - found.span.from_us
    evidence = {
        **_evidence(usable, track, found.span),
        "dwell_s": length_us // SECOND_US,
        "unseen_s": found.unseen_us // SECOND_US,
        "distance_m": round(found.middle_m),
    }
    seen = 1 - found.unseen_us / length_us
    accuracy_m = round(float(np.median(track.accuracy_m)), 1)
    return _Draft(
        FactKind.PRESENCE,
        _whole(found.span),
        evidence,
        max(20, round(_trust(track) * (0.5 + 0.5 * seen))),
        (found.site.lat, found.site.lon),
        accuracy_m,
        site=found.site,
    )


def _too_fast(usable: Usable) -> Iterator[_Draft]:
    """Each leg that nobody can make. Legs that share a position are one finding."""
    track = usable.by_device
    groups: list[list[int]] = []
    for here, there in usable.impossible:
        if groups and groups[-1][-1] == here:
            groups[-1].append(there)
        else:
            groups.append([here, there])
    for group in groups:
        legs = track.take(np.array(group))
        speed_mps = (leg_lengths_m(legs) / np.maximum(legs.seconds(), 1.0)).max()
        evidence = {
            "count": len(group),
            "fastest_kmh": round(3.6 * float(speed_mps)),
            "limit_kmh": round(3.6 * FASTEST_MPS),
            "pings": [_named(legs.fix(index)) for index in range(min(LISTED, len(group)))],
            "pings_sha256": _hash_of(legs),
        }
        yield _Draft(
            FactKind.TOO_FAST, _covering(legs), evidence, 95, (float(legs.lat[-1]), float(legs.lon[-1]))
        )


def _mocks(usable: Usable) -> Iterator[_Draft]:
    """Invented positions, those of one time together."""
    track = usable.mock
    for stretch in segments.find_stretches(track):
        part = track.take(slice(*stretch))
        evidence = {
            "count": len(part),
            "pings": [_named(part.fix(index)) for index in range(min(LISTED, len(part)))],
            "pings_sha256": _hash_of(part),
        }
        yield _Draft(FactKind.MOCK, _covering(part), evidence, 99, (float(part.lat[0]), float(part.lon[0])))


def _covering(track: Track) -> Span:
    """From the first to the last position; at least a second."""
    from_us = int(track.at_us[0]) // SECOND_US * SECOND_US
    return Span(from_us, max(from_us + SECOND_US, _second(int(track.at_us[-1]))))


def _number(day: Day, drafts: Iterable[_Draft]) -> Iterator[Finding]:
    """Cut to the day, in time order, each with an id that follows from worker, kind, beginning and visit."""
    cut = [(draft.span.within(day.span), draft) for draft in drafts]
    inside = sorted(
        ((span, draft) for span, draft in cut if not span.is_empty),
        key=lambda one: (
            one[0],
            one[1].kind,
            str(one[1].site and one[1].site.visit_id),
            str(one[1].evidence),
        ),
    )
    again: dict[str, int] = {}
    for span, draft in inside:
        name = f"{day.worker_id} {draft.kind} {span.from_us} {draft.site and draft.site.visit_id}"
        again[name] = again.get(name, 0) + 1
        yield _finding(uuid5(IDS, f"{name} {again[name]}"), span, draft)


def _finding(fact_id: UUID, span: Span, draft: _Draft) -> Finding:
    evidence = draft.evidence | {
        name: True
        for name, is_so in (
            ("from_day_before", span.from_us > draft.span.from_us),
            ("into_next_day", span.to_us < draft.span.to_us),
        )
        if is_so
    }
    lat, lon = draft.place or (None, None)
    return Finding(
        fact_id,
        draft.kind,
        span,
        None if lat is None else round(lat, 6),
        None if lon is None else round(lon, 6),
        draft.accuracy_m,
        draft.way.length_m(*span) if draft.way else 0,
        draft.site.visit_id if draft.site else None,
        draft.site.site_id if draft.site else None,
        draft.cause,
        draft.confidence,
        evidence,
    )


def _sum_up(track: Track, day: Day, findings: list[Finding]) -> DayFacts:
    inside = _is_inside(track, day.span)
    edges = inside & (
        (track.at_us < day.span.from_us + MARGIN_US) | (track.at_us >= day.span.to_us - MARGIN_US)
    )
    return DayFacts(
        findings,
        int(inside.sum()),
        sum(one.distance_m for one in findings),
        _seconds_of(findings, FactKind.TRIP),
        _seconds_of(findings, FactKind.STOP),
        _seconds_of(filter(_is_unseen, findings), FactKind.GAP),
        canonical_hash([_canonical(one) for one in findings]),
        bytes.fromhex(_hash_of(track.take(edges))),
    )


def _is_inside(track: Track, span: Span) -> Bools:
    inside: Bools = (track.at_us >= span.from_us) & (track.at_us < span.to_us)
    return inside


def _seconds_of(findings: Iterable[Finding], kind: FactKind) -> int:
    return sum(one.span.to_us - one.span.from_us for one in findings if one.kind == kind) // SECOND_US


def _canonical(finding: Finding) -> dict[str, Any]:
    """Whole numbers and texts only: fractions may come back changed from the database."""
    return {
        **finding._asdict(),
        "span": list(finding.span),
        "lat": None if finding.lat is None else round(finding.lat * 1e6),
        "lon": None if finding.lon is None else round(finding.lon * 1e6),
        "accuracy_m": None if finding.accuracy_m is None else round(finding.accuracy_m * 10),
    }
