"""How browsers get the faces. The files are made up, so nothing needs to be built."""

import gzip
from pathlib import Path

import msgspec
import pytest

from app.web.faces import Faces
from app.web.headers import content_policy

PAGE = "<!doctype html><title>Брыгада</title>"
SCRIPT = "export const answer = 42;\n"
BROTLI = b"what brotli made of it"


@pytest.fixture
def folder(tmp_path: Path, app, settings, monkeypatch) -> Path:
    """The application serves faces from here."""
    for face in ("console", "field"):
        (tmp_path / face / "assets").mkdir(parents=True)
        _write(tmp_path / face / "index.html", PAGE)
        _write(tmp_path / face / "assets" / "main-1a2b3c.js", SCRIPT)
    for name in ("sw.js", "manifest.webmanifest", "icons/192.png", "read.wasm", "module.mjs", "style.css"):
        file = tmp_path / "field" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(name)
    (tmp_path / "secret.js").write_text("of nobody")
    (tmp_path / "field" / ".stamp.js").write_text("hidden")
    monkeypatch.setattr(app.state, "faces", Faces.in_folder(tmp_path, settings))
    return tmp_path


def _write(file: Path, content: str) -> None:
    file.write_text(content)
    file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(content.encode()))
    file.with_name(f"{file.name}.br").write_bytes(BROTLI)


@pytest.mark.parametrize("path", ["/console/", "/console/board", "/field/", "/field/visits/0199a7c2/acts"])
async def test_every_address_without_a_dot_is_the_page(folder, anonymous, path):
    answer = await anonymous.get(path, headers={"accept-encoding": "gzip"})

    assert answer.status_code == 200
    assert answer.text == PAGE
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br;q=0.000, gzip", "gzip"),
        ("GZIP", "gzip"),
        ("identity", None),
        ("brotli, x-gzip", None),
    ],
)
async def test_each_browser_gets_the_encoding_that_it_takes(folder, anonymous, accepted, encoding):
    async with anonymous.stream(
        "GET", "/console/assets/main-1a2b3c.js", headers={"accept-encoding": accepted}
    ) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])

    expected = {"br": BROTLI, "gzip": gzip.compress(SCRIPT.encode()), None: SCRIPT.encode()}[encoding]
    assert answer.headers.get("content-encoding") == encoding
    assert len(raw) == len(expected) == int(answer.headers["content-length"])
    assert raw[10:] == expected[10:]  # the head of gzip has the time


async def test_names_with_a_hash_are_kept_for_ever(folder, anonymous):
    answer = await anonymous.get("/field/assets/main-1a2b3c.js", headers={"accept-encoding": "gzip"})

    assert answer.text == SCRIPT
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_everything_else_is_asked_for_anew_and_comes_only_if_it_changed(folder, anonymous):
    ask = {"accept-encoding": "gzip"}
    etag = (await anonymous.get("/console/", headers=ask)).headers["etag"]

    same = await anonymous.get("/console/board", headers=ask | {"if-none-match": f'"x", W/{etag}'})
    other_encoding = await anonymous.get(
        "/console/", headers={"accept-encoding": "identity", "if-none-match": etag}
    )
    _write(folder / "console" / "index.html", PAGE + "<p>new")
    changed = await anonymous.get("/console/", headers=ask | {"if-none-match": etag})

    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
    assert same.headers["cache-control"] == "no-cache"
    assert other_encoding.status_code == 200  # other bytes have another ETag
    assert changed.status_code == 200
    assert changed.text == PAGE + "<p>new"


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("manifest.webmanifest", "application/manifest+json"),
        ("icons/192.png", "image/png"),
        ("read.wasm", "application/wasm"),
        ("module.mjs", "text/javascript; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
        ("sw.js", "text/javascript; charset=utf-8"),
    ],
)
async def test_every_file_has_its_type(folder, anonymous, name, media_type):
    answer = await anonymous.get(f"/field/{name}")

    assert answer.text == name
    assert answer.headers["content-type"] == media_type
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers.get("service-worker-allowed") == ("/field/" if name == "sw.js" else None)


@pytest.mark.parametrize(
    "path",
    [
        "/console/assets/gone-9f9f9f.js",
        "/console/sw.js",
        "/field/.stamp.js",
        "/field/..%2fsecret.js",
        "/field/%2e%2e/secret.js",
        "/field/icons/../../secret.js",
        "/field/%00.js",
        "/field/" + "a" * 4000 + ".js",
    ],
)
async def test_what_is_missing_or_lies_elsewhere_is_not_answered_by_the_page(folder, anonymous, path):
    answer = await anonymous.get(path)

    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"


async def test_head_tells_what_get_would_send(folder, anonymous):
    asked = {"accept-encoding": "br"}

    head = await anonymous.head("/console/", headers=asked)

    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == str(len(BROTLI))
    assert head.headers["etag"]


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/", "/console/"),
        ("/console", "/console/"),
        ("/field", "/field/"),
        ("/field?lang=en", "/field/?lang=en"),
    ],
)
async def test_short_addresses_lead_to_the_faces(folder, anonymous, path, place):
    answer = await anonymous.get(path)

    assert (answer.status_code, answer.headers["location"]) == (302, place)


async def test_pages_run_and_load_only_what_comes_from_here(folder, anonymous):
    console, field = await anonymous.head("/console/"), await anonymous.head("/field/")

    policy = console.headers["content-security-policy"]
    assert policy == field.headers["content-security-policy"]
    assert policy.split("; ") == [
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
    assert console.headers["referrer-policy"] == field.headers["referrer-policy"] == "same-origin"
    assert console.headers["x-content-type-options"] == "nosniff"
    assert "camera=(), geolocation=()" in console.headers["permissions-policy"]
    assert "camera=(self), geolocation=(self)" in field.headers["permissions-policy"]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://tiles.example/{z}/{x}/{y}.png", "https://tiles.example"),
        ("http://127.0.0.1:8081/{z}/{x}/{y}.png?key=a", "http://127.0.0.1:8081"),
        ("https://{s}.tiles.example/{z}/{x}/{y}.png", "https://*.tiles.example"),
    ],
)
def test_pictures_of_maps_come_from_the_one_host_that_the_operator_named(settings, url, host):
    policy = content_policy(msgspec.structs.replace(settings, tiles_url=url))

    assert f"img-src 'self' data: blob: {host};" in policy
    assert policy.count("tiles.example") + policy.count("127.0.0.1") == 1


@pytest.mark.parametrize(("lang", "said"), [("en", "run make web"), ("ru", "выполните make web")])
async def test_faces_that_are_not_built_say_how_to_build_them(
    tmp_path, app, settings, anonymous, monkeypatch, lang, said
):
    monkeypatch.setattr(app.state, "faces", Faces.in_folder(tmp_path / "nothing", settings))

    answer = await anonymous.get("/console/board", headers={"accept-language": lang})
    missing = await anonymous.get("/console/assets/main.js")
    api = await anonymous.get("/health/live")

    assert answer.status_code == 503
    assert said in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert missing.status_code == 404
    assert api.status_code == 200
