"""If-Match: 400 for what is no list of entity tags, 412 for a version that is not there any more."""

from uuid import uuid4

import pytest

from app.core.errors import VersionConflict
from app.http.versions import VersionRequired, check_version

SEEN = ['"3"', ' "3" ', 'W/"3"', "*", "3", '"2", "3"', '"1",W/"3"']
NOT_SEEN = ['"2"', '"4"', '""', '"33"', '"*"', '"abc"', '"2", "4"', "2"]
MALFORMED = [
    "",
    " ",
    '"3',
    '3"',
    "abc",
    "'3'",
    '"3" "4"',
    '"3",',
    ",",
    "*, *",
    '*, "3"',
    'w/"3"',
    "-1",
    '"3\t"',
]


@pytest.mark.parametrize("sent", SEEN)
def test_a_version_that_is_named_passes(sent):
    check_version(sent, 3)


@pytest.mark.parametrize("sent", NOT_SEEN)
def test_another_version_is_a_conflict(sent):
    with pytest.raises(VersionConflict):
        check_version(sent, 3)


def test_none_is_required():
    with pytest.raises(VersionRequired):
        check_version(None, 3)


@pytest.mark.covers("P-rel-6")
@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("sent", MALFORMED)
async def test_what_is_no_entity_tag_is_malformed(cast, sent, lang):
    client = (await cast.olga.post("/clients", {"name": f"Анна {uuid4()}"})).json()

    answer = await cast.olga.patch(
        f"/clients/{client['id']}", {"comment": "x"}, if_match=sent, accept_language=lang
    )

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "request_invalid")
    assert [error["path"] for error in problem["errors"]] == ["If-Match"]
