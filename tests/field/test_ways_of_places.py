"""Every way by which the place of a worker enters the system: what may not be known leaves no byte, and what turns out
to be forbidden goes."""

import asyncio
import gzip
import json
import re
import struct
from datetime import timedelta

import obstore
import pytest

from app.core.ids import uuid7
from tests.cast import API, NOON
from tests.field.sending import chunk_sent, declare_photo, fetched
from tests.field.sending import send as send_bytes
from tests.field.test_push import Phone
from tests.pictures import a_photo, seen_at
from tests.stories import accepted_visit
from tests.tracking.conftest import a_ping, a_tap, consent
from tests.tracking.test_consents import SECRET_PLACE, dump_of

pytestmark = pytest.mark.covers("M21")

HERE = {"point": SECRET_PLACE, "accuracy_m": 10}
TAKEN = "2026:03:02 12:00:00"
CAMERA = b"iPhone 13"
"""Stands beside the place in what a camera writes."""
AT = int(NOON.timestamp())


def photo(kind="JPEG"):
    return a_photo(kind, exif=seen_at(**SECRET_PLACE, taken=TAKEN))


class Ways:
    """Each method is a way, by its name. All happen at noon, or some minutes before."""

    def __init__(self, cast, anonymous, visit, key):
        self.cast, self.pavel, self.anonymous = cast, cast.pavel, anonymous
        self.visit, self.key, self.phone = visit, key, Phone(cast.pavel)

    async def pings(self):
        await self.pavel.post("/tracking/pings", {"pings": [a_ping(**SECRET_PLACE)]})

    async def packed_pings(self):
        body = gzip.compress(json.dumps({"pings": [a_ping(seq=18, **SECRET_PLACE)]}).encode())
        headers = {"content-encoding": "gzip", "content-type": "application/json"}
        await self.pavel.call("POST", "/tracking/pings", body, **headers)

    async def position(self):
        said = {"at": NOON.isoformat(), "point": SECRET_PLACE, "accuracy_m": 5}
        await self.pavel.post("/field/position", said)

    async def osmand_address(self):
        query = {"id": self.key, "timestamp": AT, **SECRET_PLACE}
        await self.anonymous.get(f"{API}/tracking/osmand", params=query)

    async def osmand_json(self):
        coords = {"latitude": SECRET_PLACE["lat"], "longitude": SECRET_PLACE["lon"]}
        said = {"device_id": self.key, "location": {"timestamp": NOON.isoformat(), "coords": coords}}
        await self.anonymous.post(f"{API}/tracking/osmand", json=said)

    async def owntracks(self):
        said = {"_type": "location", "tst": AT, **SECRET_PLACE}
        await self.anonymous.post(f"{API}/tracking/owntracks", params={"d": self.key}, json=said)

    async def command(self):
        assert (await self.visit.tap("depart", **HERE)).status_code == 200

    async def arrival(self):
        assert (await self.visit.tap("arrive", **HERE)).status_code == 200

    async def refused_command(self):
        assert (await self.visit.tap("resume", **HERE)).status_code == 409

    async def tag(self):
        await self.visit.tap("tags", code="ABCD-EFGH", **HERE)

    async def batch(self):
        """One that is applied, a conflict, one that waits for a number, and one that cannot be read."""
        said, visit_id = self.phone.said, self.visit.id
        await self.phone.push(
            said("resume_visit", visit_id, ago=timedelta(minutes=2), **HERE),
            said("start_visit", visit_id, **HERE),
            said("pause_visit", visit_id, seq=40, reason="waiting_for_client", **HERE),
            said("pause_visit", visit_id, reason="no such reason", **HERE),
        )

    async def declared_photo(self):
        await declare_photo(self.visit, a_photo(), **HERE, **self._now())

    async def photo(self):
        await self._send(photo())

    async def photo_of_iphone(self):
        await self._send(photo("HEIC"))

    async def photo_in_chunks(self):
        content = photo("PNG")
        attachment = await declare_photo(self.visit, content, **self._now())
        for begin, end in ((0, 100), (100, len(content))):
            await chunk_sent(self.pavel, attachment, begin, content[begin:end])

    async def _send(self, content):
        attachment = await declare_photo(self.visit, content, **self._now())
        assert (await send_bytes(self.pavel, attachment, content)).status_code == 200

    def _now(self):
        return {"captured_at": NOON.isoformat(), "sent_at": NOON.isoformat()}

    async def all(self):
        for name, way in vars(Ways).items():
            if not name.startswith("_") and name != "all":
                await way(self)


@pytest.fixture
async def ways(cast, anonymous):
    body = {"worker_id": str(cast.pavel.id), "name": "Старый телефон", "kind": "traccar"}
    tracker = (await cast.pavel.post("/tracking/trackers", body)).json()
    return Ways(cast, anonymous, await accepted_visit(cast), tracker["key"])


@pytest.fixture
def traces(cast, owner_url, superuser, background):
    """Where the place can still be found."""

    async def find():
        dump = await asyncio.to_thread(dump_of, owner_url)
        as_geography = [struct.pack("<d", value).hex().upper().encode() for value in SECRET_PLACE.values()]
        found = {
            table
            for table, rows in tables_of(dump, str(cast.company_id).encode())
            if any(sign in rows for sign in (b"123456789", b"987654321", *as_geography))
        }
        told = "SELECT count(*) FROM attachment WHERE company_id = $1 AND taken_point IS NOT NULL"
        found |= {"attachment"} if await superuser.fetchval(told, cast.company_id) else set()
        return found | {"file" for one in files_of(background, cast) if CAMERA in one}

    return find


def tables_of(dump, company_id):
    """The rows of each table of a dump that name the company. Other tests have left theirs."""
    for part in re.split(rb"\nCOPY ", dump)[1:]:
        schema, _, name = part.partition(b" ")[0].partition(b".")
        rows = part.partition(b"\n\\.\n")[0].splitlines()[1:]
        table = "ping" if schema == b"ping_day" else name.decode()
        yield table, b"\n".join(row for row in rows if company_id in row)


def files_of(background, cast):
    """Originals and parts; copies that are shown have nothing of the camera's."""
    store = background.context.files
    for one in obstore.list(store, prefix=f"{cast.company_id}/").collect():
        yield bytes(obstore.get(store, one["path"]).bytes())


async def without_consent(cast):
    """He has not been asked."""


async def in_private_time(cast):
    await consent(cast.pavel)
    tap = a_tap(cast.pavel, occurred_at=(NOON - timedelta(minutes=10)).isoformat())
    assert (await cast.pavel.post("/field/tracking/private-time/start", tap)).status_code == 200


async def absent(cast):
    await consent(cast.pavel)
    await be_away(cast)


async def be_away(cast):
    away = {
        "kind": "break",
        "starts_at": (NOON - timedelta(minutes=10)).isoformat(),
        "ends_at": (NOON + timedelta(minutes=10)).isoformat(),
    }
    answer = await cast.olga.post(f"/workers/{cast.pavel.id}/absences", away)
    assert answer.status_code == 201, answer.text


async def shift_of_today(cast):
    since, until = (f"{NOON + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}" for hours in (-1, 1))
    answer = await cast.olga.get(f"/workers/{cast.pavel.id}/shifts?since={since}&until={until}")
    (shift,) = answer.json()["items"]
    return shift


async def remove_shift(cast):
    shift = await shift_of_today(cast)
    answer = await cast.olga.call("DELETE", f"/shifts/{shift['id']}?override_reason=x")
    assert answer.status_code == 204, answer.text
    return shift


async def shorten_shift(cast):
    shift = await remove_shift(cast)
    period = {"starts_at": shift["starts_at"], "ends_at": (NOON - timedelta(minutes=5)).isoformat()}
    answer = await cast.olga.post(f"/workers/{cast.pavel.id}/shifts", {"periods": [period]})
    assert answer.status_code == 201, answer.text


async def off_shift(cast):
    await consent(cast.pavel)
    await remove_shift(cast)


async def begin_private_time(cast):
    tap = a_tap(cast.pavel, occurred_at=(NOON - timedelta(minutes=3)).isoformat())
    assert (await cast.pavel.post("/field/tracking/private-time/start", tap)).status_code == 200


async def withdraw(cast):
    tap = a_tap(cast.pavel, occurred_at=(NOON - timedelta(minutes=3)).isoformat())
    assert (await cast.pavel.post("/field/tracking/consent/withdraw", tap)).status_code == 200


@pytest.mark.parametrize("forbidden", [without_consent, in_private_time, absent, off_shift])
async def test_what_may_not_be_known_leaves_no_byte_whichever_way_it_comes(cast, ways, traces, forbidden):
    await forbidden(cast)

    await ways.all()

    assert await traces() == set()


KEPT = {"ping", "last_position", "visit_event", "field_command", "conflict", "attachment", "file"}


async def test_what_may_be_known_is_kept_by_these_tables_and_no_others(cast, ways, traces):
    """The list of what has to be forgotten. Whoever adds a table with places adds it here, and to what forgets."""
    await consent(cast.pavel)

    await ways.all()

    assert await traces() == KEPT


@pytest.mark.parametrize("changed", [begin_private_time, withdraw, be_away, remove_shift, shorten_shift])
async def test_what_turns_out_to_be_forbidden_is_forgotten_everywhere(
    cast, ways, traces, changed, clock, background
):
    """The phone was offline, or the office changed the shift afterwards."""
    await consent(cast.pavel)
    await ways.all()
    await background.run()  # so that the place is shown as his, and everything is derived

    clock.advance(minutes=5)
    await changed(cast)
    await background.run()
    clock.advance(minutes=16)
    await background.run()
    clock.advance(minutes=2)
    await background.run()

    assert await traces() == set()


async def test_the_commands_stay_when_their_places_go(cast, ways, clock, background, superuser):
    await consent(cast.pavel)
    await ways.command()
    clock.advance(minutes=5)
    before = await ways.visit.screen()

    await begin_private_time(cast)
    clock.advance(minutes=16)
    await background.run()

    assert (await ways.visit.screen())["status"] == before["status"] == "en_route"
    row = "SELECT point, payload FROM visit_event WHERE company_id = $1 AND kind = 'en_route'"
    assert tuple(await superuser.fetchrow(row, cast.company_id)) == (None, '{"accuracy_m": 10.0}')


async def test_places_of_before_and_after_stay(cast, ways, clock, background, superuser):
    await consent(cast.pavel)
    await ways.command()
    clock.advance(minutes=10)
    await ways.visit.done("arrive", occurred_at=clock.now().isoformat(), **HERE)
    clock.advance(minutes=10)

    for what, minutes in (("start", 5), ("end", 8)):
        tap = a_tap(cast.pavel, occurred_at=(NOON + timedelta(minutes=minutes)).isoformat())
        await cast.pavel.post(f"/field/tracking/private-time/{what}", tap)
    clock.advance(minutes=16)
    await background.run()

    kept = "SELECT count(*) FROM visit_event WHERE company_id = $1 AND point IS NOT NULL"
    assert await superuser.fetchval(kept, cast.company_id) == 2


async def evidence(cast, visit):
    (seen,) = (await cast.olga.get(f"/visits/{visit.id}/camera-evidence")).json()["items"]
    return seen


async def test_the_place_of_a_photo_is_hidden_at_once_and_removed_later(cast, ways, clock, background):
    await consent(cast.pavel)
    await ways.photo()
    before = await evidence(cast, ways.visit)
    clock.advance(minutes=5)

    await begin_private_time(cast)

    hidden = await evidence(cast, ways.visit)
    assert round(before["point"]["lat"], 3) == 55.123
    assert (hidden["point"], hidden["altitude_m"], hidden["distance_m"]) == (None, None, None)
    assert hidden["taken_at"] == before["taken_at"] == "2026-03-02T09:00:00Z"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIC"])
async def test_a_photo_without_its_place_is_the_same_picture(cast, ways, kind, background, superuser, clock):
    """It was taken without consent, so the file is kept without its place; it is neither damaged nor a stray."""
    content = photo(kind)
    attachment = await declare_photo(ways.visit, content, **ways._now())
    answer = await send_bytes(cast.pavel, attachment, content)
    clock.advance(hours=13)
    await background.run()

    shown = await fetched(cast.olga, attachment)

    row = "SELECT sha256, kept_sha256, holds_place FROM attachment WHERE company_id = $1"
    declared, stored, holds_place = await superuser.fetchrow(row, cast.company_id)
    assert (answer.json()["sha256"], shown.status_code) == (declared.hex(), 200)
    assert stored is not None
    assert stored != declared
    assert not holds_place
    assert not [one for one in files_of(background, cast) if CAMERA in one]
    assert not await superuser.fetchval(
        "SELECT count(*) FROM damaged_file WHERE company_id = $1", cast.company_id
    )


@pytest.mark.parametrize(
    ("taken", "captured_at", "is_kept"),
    [
        (TAKEN, NOON, True),
        ("2026:03:01 03:00:00", NOON, False),  # out of the album
        (TAKEN, NOON - timedelta(hours=30), False),
        (TAKEN, None, True),
        ("0000:00:00 00:00:00", NOON, True),
        ("0000:00:00 00:00:00", None, False),  # nobody knows when
    ],
)
async def test_a_place_is_kept_if_all_that_is_known_of_its_time_allows_it(
    cast, ways, taken, captured_at, is_kept, superuser
):
    await consent(cast.pavel, occurred_at=(NOON - timedelta(days=3)).isoformat())
    content = a_photo(exif=seen_at(**SECRET_PLACE, taken=taken))
    said = {"captured_at": captured_at.isoformat(), "sent_at": NOON.isoformat()} if captured_at else {}
    attachment = await declare_photo(ways.visit, content, **said)

    await send_bytes(cast.pavel, attachment, content)

    row = "SELECT taken_point IS NOT NULL, kept_sha256 IS NULL FROM attachment WHERE company_id = $1"
    assert tuple(await superuser.fetchrow(row, cast.company_id)) == (is_kept, is_kept)


async def test_a_closed_stop_signal_keeps_its_decision_and_forgets_its_place(
    cast, pavel_agreed, clock, background, superuser
):
    signal_id = uuid7()
    await superuser.execute(
        "INSERT INTO stop_signal (company_id, id, worker_id, day, from_at, to_at, lat, lon, counted_s, rules, "
        "near_clients, evidence, found_at, closed_at, decision) "
        "VALUES ($1, $2, $3, $4, $5, $6, 55.7, 37.6, 1, '[{}]', '[{}]', '[{}]', $6, $6, 'explained')",
        cast.company_id,
        signal_id,
        cast.pavel.id,
        NOON.date(),
        NOON - timedelta(minutes=30),
        NOON,
    )
    clock.advance(minutes=5)

    tap = a_tap(cast.pavel, occurred_at=(NOON - timedelta(minutes=20)).isoformat())
    await cast.pavel.post("/field/tracking/private-time/start", tap)
    clock.advance(minutes=16)
    await background.run()

    row = "SELECT lat, evidence, near_clients, rules, decision FROM stop_signal WHERE id = $1"
    assert tuple(await superuser.fetchrow(row, signal_id)) == (None, "[]", "[]", "[]", "explained")


@pytest.fixture
async def pavel_agreed(cast):
    await consent(cast.pavel)


async def test_nobody_can_write_another_place_into_what_is_kept(cast, ways, superuser):
    await consent(cast.pavel)
    await ways.photo()

    with pytest.raises(Exception, match="is forgotten"):
        await superuser.execute(
            "UPDATE attachment SET taken_point = 'POINT(1 1)' WHERE company_id = $1", cast.company_id
        )
