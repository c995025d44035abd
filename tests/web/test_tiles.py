"""Backgrounds of maps: an own file of tiles that is read in parts, somebody else's server, or none."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.core.settings import SettingsInvalid, settings_from
from app.web.tiles import MapSettings, map_settings_of
from tests.cast import API

TILES = "/tiles/base.pmtiles"
METADATA = {"attribution": '<a href="https://osm.example">© OpenStreetMap</a> &amp; others'}
LONG = 700_000
"""More than is read at a time."""


def zipped(text: str) -> bytes:
    """The same bytes at any time: they are in names of tests."""
    return gzip.compress(text.encode(), mtime=0)


def pmtiles(*, max_zoom: int = 14, metadata: bytes = zipped(json.dumps(METADATA))) -> bytes:
    """A file of version 3 with a true head and metadata; what should be tiles is made up."""
    head = bytearray(127)
    head[:8] = b"PMTiles\x03"
    head[24:32] = (127).to_bytes(8, "little")
    head[32:40] = len(metadata).to_bytes(8, "little")
    head[97] = 2  # gzip
    head[101] = max_zoom
    whole = bytes(head) + metadata
    return whole + bytes(place % 251 for place in range(LONG - len(whole)))


@pytest.fixture
def use(app, settings, monkeypatch) -> Callable[..., None]:
    """Run the application with these settings of tiles."""

    def replace(**tiles: Any) -> None:
        changed = msgspec.structs.replace(settings, **tiles)
        monkeypatch.setattr(app.state, "settings", changed)
        monkeypatch.setattr(app.state, "map_settings", map_settings_of(changed))

    return replace


@pytest.fixture
def whole(use, tmp_path: Path) -> bytes:
    """The bytes of the file that is served."""
    file = tmp_path / "city.pmtiles"
    file.write_bytes(pmtiles())
    use(tiles_file=str(file))
    return file.read_bytes()


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-16383", 0, 16383),
        ("bytes=100-", 100, LONG - 1),
        ("bytes=-500", LONG - 500, LONG - 1),
        ("bytes=699999-900000", LONG - 1, LONG - 1),
        (f"bytes=-{LONG * 2}", 0, LONG - 1),
    ],
)
async def test_a_part_is_answered_alone(whole, anonymous, asked, first, last):
    answer = await anonymous.get(TILES, headers={"range": asked})

    assert answer.status_code == 206
    assert answer.content == whole[first : last + 1]
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{LONG}"
    assert answer.headers["content-length"] == str(last - first + 1)
    assert answer.headers["content-type"] == "application/vnd.pmtiles"


@pytest.mark.parametrize(
    "asked", [None, "bytes=0-1,5-6", "bytes=9-3", "bytes=-", "lines=1-2", "bytes=a-b", "bytes=1" * 30]
)
async def test_what_names_no_single_part_gets_the_whole_file(whole, anonymous, asked):
    answer = await anonymous.get(TILES, headers={"range": asked} if asked else {})

    assert answer.status_code == 200
    assert answer.content == whole
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-length"] == str(LONG)


@pytest.mark.parametrize("asked", [f"bytes={LONG}-", "bytes=-0"])
async def test_a_part_behind_the_end_is_refused(whole, anonymous, asked):
    answer = await anonymous.get(TILES, headers={"range": asked})

    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{LONG}"


async def test_a_part_of_another_version_is_not_mixed_with_what_the_browser_has(whole, anonymous):
    etag = (await anonymous.head(TILES)).headers["etag"]

    same = await anonymous.get(TILES, headers={"range": "bytes=0-9", "if-range": etag})
    other = await anonymous.get(TILES, headers={"range": "bytes=0-9", "if-range": '"another"'})
    weak = await anonymous.get(TILES, headers={"range": "bytes=0-9", "if-range": f"W/{etag}"})
    known = await anonymous.get(TILES, headers={"if-none-match": etag})

    assert [one.status_code for one in (same, other, weak, known)] == [206, 200, 200, 304]


async def test_head_knows_no_parts(whole, anonymous):
    answer = await anonymous.head(TILES, headers={"range": "bytes=0-9"})

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(LONG)


async def test_without_tiles_there_is_no_such_file(use, anonymous, tmp_path):
    assert (await anonymous.get(TILES)).status_code == 404

    (tmp_path / "gone.pmtiles").write_bytes(pmtiles())
    use(tiles_file=str(tmp_path / "gone.pmtiles"))
    (tmp_path / "gone.pmtiles").unlink()

    assert (await anonymous.get(TILES)).status_code == 404


async def test_faces_are_told_what_to_draw_on(use, cast, anonymous, tmp_path):
    async def told() -> dict[str, Any]:
        answer = await cast.pavel.get("/map-settings")
        assert answer.status_code == 200
        return answer.json()

    none = await told()
    file = tmp_path / "city.pmtiles"
    file.write_bytes(pmtiles(max_zoom=13))
    use(tiles_file=str(file))
    own = await told()
    use(tiles_url="https://tiles.example/{z}/{x}/{y}.png", tiles_attribution="Tiles Ltd", tiles_max_zoom=17)
    others = await told()

    assert none == {"kind": "none", "url": None, "attribution": "", "max_zoom": None}
    assert own == {
        "kind": "pmtiles",
        "url": TILES,
        "attribution": "© OpenStreetMap & others",
        "max_zoom": 13,
    }
    assert others == {
        "kind": "raster",
        "url": "https://tiles.example/{z}/{x}/{y}.png",
        "attribution": "Tiles Ltd",
        "max_zoom": 17,
    }
    assert (await anonymous.get(f"{API}/map-settings")).status_code == 401


@pytest.mark.parametrize(
    "metadata",
    [
        b"",
        b"no gzip",
        zipped("[1]"),
        zipped('{"attribution":1}'),
        zipped("{}")[:10] + b"\xff" * 20,  # damaged behind the head of gzip
    ],
)
def test_a_file_that_names_nobody_is_served_all_the_same(settings, tmp_path, metadata):
    file = tmp_path / "city.pmtiles"
    file.write_bytes(pmtiles(metadata=metadata))

    assert map_settings_of(msgspec.structs.replace(settings, tiles_file=str(file))) == MapSettings(
        "pmtiles", TILES, "", 14
    )


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04" + bytes(200)])
def test_a_file_that_is_no_tiles_is_refused_at_the_start(settings, tmp_path, content):
    file = tmp_path / "city.pmtiles"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(SettingsInvalid, match="TILES_FILE"):
        map_settings_of(msgspec.structs.replace(settings, tiles_file=str(file)))


@pytest.mark.parametrize(
    "tiles",
    [
        {"TILES_URL": "https://tiles.example/"},
        {"TILES_URL": "//tiles.example/{z}/{x}/{y}.png"},
        {"TILES_URL": "https://tiles.example; script-src */{z}/{x}/{y}.png"},
        {"TILES_URL": "https://*/{z}/{x}/{y}.png"},
        {"TILES_URL": "https://tiles.example/{z}/{x}/{y}.png", "TILES_FILE": "city.pmtiles"},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(tiles):
    usual = {"APP_DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x", "SECRET_KEY": "5" * 64}

    with pytest.raises(SettingsInvalid):
        settings_from(usual | tiles)
