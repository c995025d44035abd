"""Whatever stands in a path: it is found or it is not. It is never a fault of ours."""

import re
from collections.abc import Iterator

import pytest
from litestar.routes import HTTPRoute

from app.web.built import SHELL
from app.web.faces import FACES, Faces
from tests.cast import API

ODD = {
    "nul": "%00",
    "nul inside": "a%00b",
    "line break": "%0d%0aset-cookie:%20a=b",
    "no utf-8": "%ff%fe",
    "half of a surrogate pair": "%ed%a0%80",
    "a folder up": "..%2f..%2f..%2fetc%2fpasswd",
    "a folder up, twice encoded": "%252e%252e%252fetc%252fpasswd",
    "backslashes": "..%5c..%5cwindows%5cwin.ini",
    "a drive": "c:%5cboot.ini",
    "very long": "a" * 4000,
    "emoji": "%F0%9F%AA%9F",
    "right to left": "%E2%80%AE",
    "a quotation mark": "%27%22%3B--",
    "a percent sign": "%25",
    "blank": "%20",
    "dot": ".",
    "a huge number": "9" * 400,
}


def addresses(app, odd: str) -> Iterator[tuple[str, str]]:
    """Method and path of every route with a parameter in its path, each parameter replaced."""
    for route in app.routes:
        if isinstance(route, HTTPRoute) and "{" in route.path_format:
            for method in route.route_handler_map:
                yield method, re.sub(r"\{[^}]+\}", odd, route.path_format)


@pytest.fixture
def built_faces(app, settings, tmp_path, monkeypatch):
    """Without them each of their addresses says 503, and how to build them."""
    for face in FACES:
        (tmp_path / face).mkdir()
        (tmp_path / face / SHELL).write_text("<!doctype html>")
    monkeypatch.setattr(app.state, "faces", Faces.in_folder(tmp_path, settings))


@pytest.mark.parametrize("name", ODD)
async def test_an_odd_path_is_no_fault_of_ours(app, cast, anonymous, built_faces, name):
    signed_in = {"authorization": f"Bearer {cast.irina.token()}"}
    found = list(addresses(app, ODD[name]))

    answers = {}
    for method, path in [*found, ("GET", f"/docs-assets/x/{ODD[name]}"), ("GET", f"{API}/{ODD[name]}")]:
        for headers in ({}, signed_in):
            answer = await anonymous.request(method, path, headers=headers)
            answers[method, path[:60], bool(headers)] = answer.status_code

    assert len(found) > 50
    assert {asked: status for asked, status in answers.items() if status >= 500} == {}


@pytest.mark.parametrize("name", ODD)
async def test_an_odd_name_is_no_file_of_the_page(anonymous, name):
    answer = await anonymous.get(f"/docs-assets/{ODD[name]}")

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


async def test_the_files_of_the_page_are_served(anonymous):
    answer = await anonymous.get("/docs-assets/swagger-ui.css")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.headers["cache-control"] == "public, max-age=86400"
