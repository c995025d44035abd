"""Photos arrive byte for byte although the server is killed again and again, and over the worst of networks."""

import asyncio
import random
import resource
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import func, select

from app.db.session import transaction
from app.field.uploads.models import Upload, UploadPart
from app.field.uploads.strays import remove_strays
from tests.chaos import BadNetwork
from tests.field.sending import announced, chunk_sent, code_of, declare_photo, fetched, objects_of, offset_of
from tests.killing import Killable, environment_of
from tests.pictures import a_photo
from tests.stories import visit_in_progress

pytestmark = [pytest.mark.covers("M44", "P-rel-13")]

ON_DISK = pytest.mark.parametrize("files", ["folder"], indirect=True)
"""What the network does is the same for every store."""
KILLS = {"folder": 20, "s3": 6}
"""By store. Each kill costs the start of a server, and only the parts of a file depend on the store."""
BYTES_PER_S_AT_64_KBIT = 8_000


@pytest.fixture(scope="module")
def servers():
    """By store, what a test has needed: to load the product takes longer than most of these tests."""
    running = {}
    yield running
    for server in running.values():
        server.stop()


@pytest.fixture
def server(settings, store, s3_environment, servers, tmp_path_factory):
    if store not in servers:
        log = tmp_path_factory.mktemp("killed") / "server.log"
        servers[store] = Killable(environment_of(settings) | s3_environment, log=log)
    servers[store].kills = 0
    return servers[store]


@pytest.fixture
def store(request):
    """The name of where `files` keeps them."""
    return request.node.callspec.params["files"]


@pytest.fixture
def s3_environment(request, files, store):
    """What a server needs to use the same store as `files`."""
    if store != "s3":
        return {}
    server = request.getfixturevalue("s3_server")
    return {
        "FILES_URL": f"s3://brigada?endpoint={server.endpoint}&region={server.region}",
        "AWS_ACCESS_KEY_ID": server.access_key,
        "AWS_SECRET_ACCESS_KEY": server.secret_key,
    }


@pytest.fixture
def at_store(background, files):
    context = background.context
    return type(context)(
        sessions=context.sessions, settings=context.settings, clock=context.clock, files=files
    )


async def through(person, port):
    """The same person, whose phone speaks to that port."""
    client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60)
    return replace(person, _client=client)


async def sent_by_a_stubborn_phone(phone, attachment, content, chances, sizes):
    """Asks how far it is and goes on there until the file is stored. What was acknowledged never goes back."""
    safe = 0
    while True:
        try:
            asked = await phone.get(f"/attachments/{attachment['id']}/upload")
            assert asked.status_code == 200, asked.text
            if asked.json()["attachment"]["stored_at"] is not None:
                return
            offset = asked.json()["offset"]
            assert offset >= safe, "what was acknowledged is lost"
            piece = content[offset : offset + chances.choice(sizes)]
            answer = await chunk_sent(phone, attachment, offset, piece)
            assert answer.status_code in (200, 400, 409, 503), answer.text
            if answer.status_code == 200:
                safe = answer.json()["offset"]
        except httpx.TransportError:
            await asyncio.sleep(0.1)


async def assert_arrived(cast, files, context, attachment, content):
    """Whole, once, and nothing of it is left over."""
    await remove_strays(context, cast.company_id)
    assert (await fetched(cast.olga, attachment)).content == content
    assert objects_of(files, cast) == [attachment["id"]]
    assert [one["attachment_id"] for one in await announced(cast)] == [attachment["id"]]
    async with transaction(cast.maker, cast.company_id) as session:
        for table in (Upload, UploadPart):
            assert await session.scalar(select(func.count()).select_from(table)) == 0


async def test_a_photo_survives_many_kills_at_any_byte(cast, files, server, at_store, store):
    visit = await visit_in_progress(cast)
    content = a_photo(size=(2_000, 1_500), quality=97)
    attachment = await declare_photo(visit, content)
    chances = random.Random(len(content))
    due = sorted(chances.randrange(len(content)) for _ in range(KILLS[store]))

    def kill_when_due(up_bytes):
        if due and up_bytes >= due[0]:
            due.pop(0)
            server.kill()

    async with BadNetwork(server.port, on_bytes=kill_when_due).open() as network:
        phone = await through(cast.pavel, network.port)
        await sent_by_a_stubborn_phone(phone, attachment, content, chances, [20_000, 60_000, 150_000])
        await phone._client.aclose()

    assert (server.kills, due) == (KILLS[store], [])
    await assert_arrived(cast, files, at_store, attachment, content)


async def test_a_photo_survives_kills_while_it_is_put_together(cast, files, server, at_store, store):
    """The last byte is on its way; the server dies between 0 and 60 ms later."""
    visit = await visit_in_progress(cast)
    content = a_photo(size=(800, 600), quality=97)
    attachment = await declare_photo(visit, content)
    phone = await through(cast.pavel, server.port)
    await until_it_answers(phone, attachment)

    for wait_ms in range(0, 61, 120 // KILLS[store]):
        task = asyncio.create_task(rest_sent(phone, attachment, content))
        await asyncio.sleep(wait_ms / 1000)
        server.kill()
        await asyncio.gather(task, return_exceptions=True)
        await until_it_answers(phone, attachment)
    await sent_by_a_stubborn_phone(phone, attachment, content, random.Random(1), [50_000])
    await phone._client.aclose()

    await assert_arrived(cast, files, at_store, attachment, content)


async def rest_sent(phone, attachment, content):
    offset = await offset_of(phone, attachment)
    return await chunk_sent(phone, attachment, offset, content[offset:])


async def until_it_answers(phone, attachment):
    while True:
        try:
            return await offset_of(phone, attachment)
        except httpx.TransportError:
            await asyncio.sleep(0.05)


@ON_DISK
async def test_a_network_that_breaks_off_every_few_kilobytes_only_costs_time(cast, files, server, at_store):
    """Each chunk is the whole rest of the file, and none ever arrives: what has come of it counts."""
    visit = await visit_in_progress(cast)
    content = a_photo(size=(400, 300), quality=97)
    attachment = await declare_photo(visit, content)
    chances = random.Random(7)

    network = BadNetwork(
        server.port, up_bytes_per_s=60_000, reset_after=lambda: chances.randrange(3_000, 15_000)
    )
    async with network.open():
        phone = await through(cast.pavel, network.port)
        await sent_by_a_stubborn_phone(phone, attachment, content, chances, [len(content)])
        await phone._client.aclose()

    assert network.resets >= 5
    await assert_arrived(cast, files, at_store, attachment, content)


@ON_DISK
async def test_a_line_of_64_kbit_is_slow_and_nothing_else(cast, files, server, at_store):
    visit = await visit_in_progress(cast)
    content = a_photo(size=(150, 100), quality=97)
    attachment = await declare_photo(visit, content)
    loop = asyncio.get_running_loop()
    began = loop.time()

    async with BadNetwork(server.port, up_bytes_per_s=BYTES_PER_S_AT_64_KBIT).open() as network:
        phone = await through(cast.pavel, network.port)
        await sent_by_a_stubborn_phone(phone, attachment, content, random.Random(1), [4_000])
        await phone._client.aclose()

    assert loop.time() - began >= len(content) / BYTES_PER_S_AT_64_KBIT
    await assert_arrived(cast, files, at_store, attachment, content)


@pytest.mark.covers("P-rel-25")
@ON_DISK
async def test_a_disk_that_is_full_is_said_and_what_was_there_stays(cast, files, server, at_store):
    """The server may write no file of more than 64 KiB: to it the disk is full."""
    visit = await visit_in_progress(cast)
    content = a_photo(size=(1_200, 900), quality=97)
    attachment = await declare_photo(visit, content)
    phone = await through(cast.pavel, server.port)
    await until_it_answers(phone, attachment)
    await chunk_sent(phone, attachment, 0, content[:30_000])

    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (65_536, resource.RLIM_INFINITY))
    full = await chunk_sent(phone, attachment, 30_000, content[30_000:])
    kept = await offset_of(phone, attachment)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await sent_by_a_stubborn_phone(phone, attachment, content, random.Random(1), [len(content)])
    await phone._client.aclose()

    assert code_of(full) == (507, "no_space")
    assert kept == 30_000
    await assert_arrived(cast, files, at_store, attachment, content)
