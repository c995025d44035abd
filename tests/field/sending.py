"""What a phone does with its photos and signatures: declare them, send them whole or in chunks, look at them."""

import obstore
from sqlalchemy import select

from app.db.outbox import OutboxEvent
from app.db.session import transaction
from tests.cast import API
from tests.pictures import a_photo, declared


async def declare(visit, content, **fields):
    return await visit.worker.post(f"/field/visits/{visit.id}/attachments", declared(content, **fields))


async def declare_photo(visit, content, **fields):
    answer = await declare(visit, content, **fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def send(person, attachment, content):
    return await person.put(attachment["upload"]["url"].removeprefix(API), content)


async def stored_photo(visit, content=None, **fields):
    content = content or a_photo()
    attachment = await declare_photo(visit, content, **fields)
    answer = await send(visit.worker, attachment, content)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def fetched(person, attachment, **headers):
    return await person.get(f"/attachments/{attachment['id']}/content", **headers)


def objects_of(store, cast):
    """Ids of originals and parts."""
    found = obstore.list(store, prefix=f"{cast.company_id}/").collect()
    return [one["path"].rpartition("/")[2] for one in found if "/preview/" not in one["path"]]


def code_of(answer):
    return answer.status_code, answer.json()["code"]


async def announced(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        query = select(OutboxEvent.payload).where(OutboxEvent.kind == "field.attachment_stored")
        return list(await session.scalars(query))


async def chunk_sent(person, attachment, offset, content, **headers):
    path = f"/attachments/{attachment['id']}/upload"
    return await person.call("PATCH", path, content, upload_offset=str(offset), **headers)


async def offset_of(person, attachment):
    answer = await person.get(f"/attachments/{attachment['id']}/upload")
    assert answer.status_code == 200, answer.text
    return answer.json()["offset"]


async def sent_in_chunks(person, attachment, content, size):
    """What the answer to the last chunk says."""
    for offset in range(0, len(content), size):
        answer = await chunk_sent(person, attachment, offset, content[offset : offset + size])
        assert answer.status_code == 200, answer.text
    return answer.json()
