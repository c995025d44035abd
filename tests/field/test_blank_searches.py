"""A search for nothing is a mistake, and not a list of everything."""

from urllib.parse import quote

import pytest

from tests.stories import accepted_visit

BLANKS = [" ", "  ", "\t ", "\u00a0\u00a0", " \u2003 "]


@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.covers("M39")
async def test_blanks_are_no_words_to_search_for(cast, blank):
    visit = await accepted_visit(cast)
    await cast.olga.post(f"/jobs/{visit.job_id}/messages", {"text": "Ключ у консьержки"})
    searches = {f"/jobs/{visit.job_id}/messages": "q", "/chat/messages": "q", "/clients": "query"}

    for path, name in searches.items():
        answer = await cast.olga.get(f"{path}?{name}={quote(blank)}")
        assert answer.status_code == 400, path
        assert [one["path"] for one in answer.json()["errors"]] == [name]


def test_every_search_refuses_blanks(app):
    """A parameter that people type words into has this pattern in the contract."""
    operations = [one for path in app.openapi_schema.to_schema()["paths"].values() for one in path.values()]
    searched = [
        parameter
        for operation in operations
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query" and parameter["name"] in ("q", "query", "search")
    ]

    assert len(searched) >= 3
    assert all("\\S" in str(parameter["schema"]) for parameter in searched)
