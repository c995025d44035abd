import pytest
from sqlalchemy import event

from app.core.ids import uuid7
from tests.notifications.stories import details_of, plan


@pytest.mark.covers("M3")
async def test_the_office_lists_messages_newest_first_page_by_page(cast, maker):
    planned = [str(await plan(maker, cast)) for _ in range(5)]

    first = (await cast.olga.get("/messages?limit=3")).json()
    second = (await cast.olga.get(f"/messages?limit=3&cursor={first['next_cursor']}")).json()

    assert [one["id"] for one in first["items"] + second["items"]] == planned[::-1]
    assert second["next_cursor"] is None


async def test_messages_are_found_by_subject_kind_and_state(cast, maker, background):
    visit_id, client_id = uuid7(), uuid7()
    words = {"company": "Окна", "what": "замер", "day": "2 марта", "window": "с 10:00 до 12:00"}
    sent_id = await plan(maker, cast, subject_id=visit_id)
    await plan(maker, cast, subject_kind="client", subject_id=client_id)
    await background.run()
    queued_id = await plan(maker, cast, subject_id=visit_id, kind="visit_moved", params=words)

    assert await found(cast, f"subject_kind=order&subject_id={visit_id}") == [queued_id, sent_id]
    assert await found(cast, "subject_kind=order&status=sent") == [sent_id]
    assert await found(cast, "kind=visit_moved") == [queued_id]
    assert await found(cast, "status=failed") == []


@pytest.mark.parametrize("query", ["status=lost", "subject_id=7", "limit=0", "limit=101"])
async def test_a_filter_that_cannot_be_is_refused(cast, query):
    answer = await cast.olga.get(f"/messages?{query}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == query.split("=", maxsplit=1)[0]


async def test_only_those_who_dispatch_see_whole_phone_numbers(cast, maker):
    message_id = await plan(maker, cast, phone="+79161234567")

    seen = {
        name: (await details_of(getattr(cast, name), message_id))["message"]["phone"]
        for name in ("olga", "sergei", "irina", "galina")
    }
    listed = (await cast.galina.get("/messages")).json()["items"]

    assert seen == {
        "olga": "+79161234567",
        "sergei": "+79161234567",
        "irina": "+79161234567",
        "galina": "+7 *** ***-45-67",
    }
    assert [one["phone"] for one in listed] == ["+7 *** ***-45-67"]


async def test_workers_and_strangers_see_no_messages(cast, anonymous, maker):
    message_id = await plan(maker, cast)

    for worker in (cast.pavel, cast.rinat):
        assert (await worker.get("/messages")).status_code == 403
        assert (await worker.get(f"/messages/{message_id}")).status_code == 403
    assert (await anonymous.get("/api/v1/messages")).status_code == 401


async def test_another_company_has_no_such_message(cast, other_cast, maker):
    message_id = await plan(maker, cast)

    answer = await other_cast.olga.get(f"/messages/{message_id}")

    assert (answer.status_code, answer.json()["code"]) == (404, "message_not_found")
    assert (await other_cast.olga.get("/messages")).json()["items"] == []


async def test_a_list_costs_one_query_however_long_it_is(cast, maker, engine):
    for _ in range(10):
        await plan(maker, cast)
    statements = []

    def note(_conn, _cursor, statement, *_):
        statements.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        await cast.olga.get("/messages")
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)

    assert len([one for one in statements if "FROM message" in one]) == 1


async def found(cast, query: str) -> list:
    from uuid import UUID

    return [UUID(one["id"]) for one in (await cast.olga.get(f"/messages?{query}")).json()["items"]]
