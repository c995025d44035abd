"""M17 to M21: a track with a stop and a gap, sent by a GPS program; the dispatcher asks where the worker was."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import httpx

from demo.company import Company
from demo.phones import wait_until
from demo.transcript import MOSCOW, Transcript, local

HOME = (55.7601, 37.6189)
CAFE = (55.7700, 37.6330)
BRIDGE = (55.7752, 37.6470)
MARKET = (55.7815, 37.6705)
"""Latitude and longitude."""
STOPPED, SILENT, BACK, HERE = -40, -22, -10, -2
"""Minutes from now: he stops at the café, his phone falls silent, is heard again, and where the track ends."""
LEAVES = -25
BEFORE_ALL = -52
DERIVED_WITHIN_S = 150


class Ping(NamedTuple):
    minute: float
    lat: float
    lon: float
    speed_knots: float
    battery: int


def _on_the_way(start: float, end: float, here: Any, there: Any, battery: int) -> Iterator[Ping]:
    """A fix each half minute on a straight line."""
    steps = int((end - start) * 2)
    for step in range(steps):
        lat, lon = (a + (b - a) * step / steps for a, b in zip(here, there, strict=True))
        yield Ping(start + step / 2, lat, lon, 14, battery)


def _at(start: int, end: int, place: Any, battery: int) -> Iterator[Ping]:
    """A fix each minute, a few metres off."""
    for minute in range(start, end):
        off = (minute % 3 - 1) * 0.00004
        yield Ping(minute, place[0] + off, place[1] - off, 0, battery)


def drive() -> list[Ping]:
    return [
        *_on_the_way(-50, STOPPED, HOME, CAFE, 31),
        *_at(STOPPED, LEAVES, CAFE, 18),
        *_on_the_way(LEAVES, SILENT, CAFE, BRIDGE, 6),
        *_on_the_way(BACK, HERE, BRIDGE, MARKET, 64),
    ]


def follow(company: Company, transcript: Transcript) -> datetime:
    """Pavel agrees to be tracked, and sets up Traccar Client. Returns the moment that his track is told from."""
    transcript.step("M20, M21", "A track with a stop and a gap, from a GPS program")
    now, pavel, olga = datetime.now(UTC), company.pavel, company.olga
    text = pavel.app.get_consent_text()
    consent = {
        "command_id": str(uuid4()),
        "occurred_at": (now + timedelta(minutes=BEFORE_ALL)).isoformat(),
        "sent_at": now.isoformat(),
        "text_version": text["version"],
        "clients_see": text["clients_see"],
        "lang": "ru",
    }
    pavel.app.give_tracking_consent(consent)
    transcript.says(pavel.name, "has agreed to be tracked during his shift")
    connected = pavel.app.connect_tracker(
        {"worker_id": pavel.id, "name": "Traccar Client на телефоне", "kind": "traccar"}
    )
    pings = drive()
    statuses = _send(olga.url, connected["key"], pings, now)
    transcript.says(
        "Traccar Client",
        f"sent {len(pings)} positions, each twice and in a wrong order: {_counted(statuses)}",
    )
    transcript.promise(set(statuses) == {200}, "each position is taken when it is durable")
    stranger = _send(olga.url, "0" * len(connected["key"]), pings[:1], now)
    transcript.promise(stranger[0] >= 400, f"an unknown key is refused: {stranger[0]}")
    return now


def _send(url: str, key: str, pings: list[Ping], now: datetime) -> list[int]:
    """As Traccar Client does: one request for each position."""
    twice = random.sample([*pings, *pings], 2 * len(pings))
    statuses = []
    with httpx.Client(base_url=url, timeout=30) as http:
        for ping in twice:
            said: dict[str, str | float] = {
                "id": key,
                "timestamp": int((now + timedelta(minutes=ping.minute)).timestamp()),
                "lat": f"{ping.lat:.6f}",
                "lon": f"{ping.lon:.6f}",
                "speed": ping.speed_knots,
                "accuracy": 12,
                "batt": ping.battery,
            }
            statuses.append(http.post("/api/v1/tracking/osmand", params=said).status_code)
    return statuses


def _counted(statuses: list[int]) -> str:
    return ", ".join(f"{statuses.count(one)} × {one}" for one in sorted(set(statuses)))


def ask(company: Company, transcript: Transcript, now: datetime) -> None:
    """Olga asks where Pavel was. `now` is what `follow` returned."""
    transcript.step("M17, M18", "Trips, stops and gaps were derived meanwhile; “where was he?”")
    olga, pavel = company.olga, company.pavel

    def at(minutes: float) -> dict[str, Any]:
        moment = now + timedelta(minutes=minutes)
        answer: dict[str, Any] = olga.get_whereabouts(pavel.id, at=moment)
        return answer

    resting, silent = (STOPPED + LEAVES) / 2, (SILENT + BACK) / 2
    day = (now + timedelta(minutes=resting)).astimezone(MOSCOW).date()

    def are_derived() -> bool:
        facts = pavel.app.get_my_track(day=day)["facts"]
        return {"trip", "stop", "gap"} <= {one["kind"] for one in facts}

    waited = wait_until(are_derived, "the derived day", seconds=DERIVED_WITHIN_S)
    transcript.says("", f"trips, stops and gaps were derived after {waited:.0f} s")
    for minutes, certainty, what in (
        (resting, "stayed", "a stop is said to be a stop"),
        (silent, "gap", "silence is said to be silence, and not a stop"),
    ):
        answer = at(minutes)
        transcript.says(olga.name, f"where was he at {local(answer['at'])}? {answer['sentence']}")
        transcript.promise(answer["certainty"] == certainty, what)
    views = pavel.app.list_my_track_views()["items"]
    transcript.promise(len(views) == 2, f"{pavel.name} sees that {views[0]['viewer_name']} looked, twice")
