"""What no row knows of the file store goes within a day, and nothing else goes."""

import obstore
import pytest
from obstore.store import LocalStore

from app.core.ids import uuid7
from app.field.uploads.strays import remove_strays
from tests.field.sending import announced, chunk_sent, declare_photo, fetched, send, stored_photo
from tests.pictures import a_photo
from tests.stories import visit_in_progress

pytestmark = [pytest.mark.covers("M44", "P-rel-13")]


@pytest.fixture
def at_store(background, files):
    """The background process, at the same store as the application."""
    context = background.context
    background.context = type(context)(
        sessions=context.sessions, settings=context.settings, clock=context.clock, files=files
    )
    return background


def keys_of(files, cast):
    found = obstore.list(files, prefix=f"{cast.company_id}/").collect()
    return {one["path"].removeprefix(f"{cast.company_id}/") for one in found}


async def left_behind(files, cast, stored, going_on):
    """What processes leave when they are killed at the wrong moment."""
    strays = {
        f"attachment/{uuid7()}",
        f"part/{uuid7()}/{uuid7()}",
        f"part/{stored['id']}/{uuid7()}",
        f"preview/{uuid7()}/small",
    }
    needed = {f"part/{going_on['id']}/{uuid7()}"}
    for key in strays | needed:
        await obstore.put_async(files, f"{cast.company_id}/{key}", b"left behind")
    return strays, needed


async def test_objects_without_a_row_are_gone_within_a_day(cast, files, clock, at_store):
    visit = await visit_in_progress(cast)
    stored, going_on = await stored_photo(visit), await declare_photo(visit, a_photo())
    await at_store.run()
    before = keys_of(files, cast)
    strays, needed = await left_behind(files, cast, stored, going_on)

    clock.advance(hours=11)
    await at_store.run()
    early = keys_of(files, cast)
    clock.advance(hours=1)
    await at_store.run()

    assert early == before | strays | needed
    assert keys_of(files, cast) == before | needed
    assert (await fetched(cast.olga, stored)).status_code == 200


async def test_looking_takes_nothing_of_an_upload_that_goes_on(cast, files, at_store):
    visit = await visit_in_progress(cast)
    content = a_photo()
    await stored_photo(visit)
    going_on, whole = await declare_photo(visit, content), await declare_photo(visit, content)
    await chunk_sent(cast.pavel, going_on, 0, content[:500])

    await remove_strays(at_store.context, cast.company_id)
    rest = await chunk_sent(cast.pavel, going_on, 500, content[500:])
    await remove_strays(at_store.context, cast.company_id)

    assert rest.json()["attachment"]["stored_at"] is not None
    assert (await send(cast.pavel, whole, content)).status_code == 200
    assert len(await announced(cast)) == 3


async def test_files_of_others_and_of_other_kinds_stay(cast, other_cast, files, at_store):
    others = {
        f"{other_cast.company_id}/attachment/{uuid7()}",
        f"{cast.company_id}/act/{uuid7()}",
        f"{cast.company_id}/logo/{uuid7()}",
        f"{cast.company_id}/attachment/read-me",
    }
    for key in others:
        await obstore.put_async(files, key, b"not ours")

    await remove_strays(at_store.context, cast.company_id)

    for key in others:
        assert (await obstore.head_async(files, key))["size"] == 8


@pytest.mark.parametrize("files", ["folder"], indirect=True)
async def test_what_was_written_by_half_goes_too(cast, files, at_store):
    """A killed process leaves a local file under a name that obstore does not list."""
    assert isinstance(files, LocalStore)
    visit = await visit_in_progress(cast)
    stored, going_on = await stored_photo(visit), await declare_photo(visit, a_photo())
    root = files.prefix / str(cast.company_id)
    halves = {one["id"]: root / "part" / one["id"] / f"{uuid7()}#1" for one in (stored, going_on)}
    for half in halves.values():
        half.parent.mkdir(parents=True, exist_ok=True)
        half.write_bytes(b"half")

    await remove_strays(at_store.context, cast.company_id)

    assert not halves[stored["id"]].exists()
    assert halves[going_on["id"]].exists()
