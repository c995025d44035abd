import asyncio
import json
import os
import stat
from datetime import timedelta
from uuid import UUID

import pytest

from app.core.ids import uuid7
from app.notifications.channels.choice import channels_from
from app.notifications.channels.protocol import Accepted, Channel, Rejected, Unknown
from app.notifications.channels.sms.file import FileProvider
from app.notifications.channels.sms.kannel import KannelProvider
from app.notifications.channels.sms.signatures import is_signed
from tests.notifications.gateway import StrangeGateway

SECRET_KEY = "7" * 64
REF = f"{uuid7()}/{uuid7()}"
HELLO = {"ref": REF, "to": "+79161234567", "text": "Привет", "sender": "OKNA"}


@pytest.fixture
async def gateway():
    strange = StrangeGateway()
    await strange.open()
    yield strange
    await strange.close()


def kannel_at(url: str) -> KannelProvider:
    return KannelProvider(
        url=url,
        username="brigada",
        password="secret",
        public_url="https://okna.example",
        secret_key=SECRET_KEY,
    )


@pytest.mark.parametrize("words", ["0: Accepted for delivery", "3: Queued for later delivery"])
async def test_a_message_kannel_took_is_accepted(gateway, words):
    gateway.says("202 Accepted", words)

    assert await kannel_at(gateway.url).send(**HELLO) == Accepted()


@pytest.mark.parametrize("status", ["400 Bad Request", "403 Forbidden", "404 Not Found"])
async def test_a_refusal_is_permanent_and_keeps_the_gateways_words(gateway, status):
    gateway.says(status, "Not routable. Do not try again.")

    outcome = await kannel_at(gateway.url).send(**HELLO)

    assert outcome == Rejected(code=f"{status[:3]} Not routable. Do not try again.", permanent=True)


@pytest.mark.parametrize("status", ["503 Service Unavailable", "429 Too Many Requests"])
async def test_a_gateway_that_is_busy_may_be_tried_again(gateway, status):
    gateway.says(status, "Temporal failure, try again later.")

    outcome = await kannel_at(gateway.url).send(**HELLO)

    assert outcome == Rejected(code=f"{status[:3]} Temporal failure, try again later.", permanent=False)


@pytest.mark.covers("P-rel-2")
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 202 Acc",
        b"HTTP/1.1 202 Accepted\r\nContent-Length: 24\r\n\r\n0: Acc",
        b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
        b"SMPP?\r\n\r\n",
    ],
)
async def test_an_answer_that_says_nothing_is_unknown(gateway, answer):
    gateway.answer = answer

    assert isinstance(await kannel_at(gateway.url).send(**HELLO), Unknown)


@pytest.mark.covers("P-rel-2")
async def test_a_gateway_that_does_not_answer_in_time_is_unknown(gateway, monkeypatch):
    monkeypatch.setattr("app.notifications.channels.sms.kannel.TIMEOUT_IN_ALL_S", 0.05)
    silence = asyncio.Event()

    async def never(reader, writer):
        await silence.wait()
        writer.close()

    server = await asyncio.start_server(never, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    outcome = await kannel_at(f"http://127.0.0.1:{port}/").send(**HELLO)

    silence.set()
    server.close()
    assert outcome == Unknown(detail="TimeoutError: ")


async def test_a_gateway_nobody_reaches_got_nothing():
    outcome = await kannel_at("http://127.0.0.1:1/").send(**HELLO)

    assert isinstance(outcome, Rejected)
    assert not outcome.permanent


async def test_kannel_is_told_the_alphabet_and_where_to_report(gateway):
    gateway.says("202 Accepted", "0: Accepted for delivery")

    await kannel_at(gateway.url).send(**HELLO)
    await kannel_at(gateway.url).send(**HELLO | {"text": "Hello"})

    cyrillic, latin = gateway.asked
    assert {name: cyrillic[name] for name in ("from", "to", "text", "coding", "charset", "dlr-mask")} == {
        "from": "OKNA",
        "to": "+79161234567",
        "text": "Привет",
        "coding": "2",
        "charset": "UTF-8",
        "dlr-mask": "31",
    }
    assert latin["coding"] == "0"
    report_url, _, signature = cyrillic["dlr-url"].rpartition("&sig=")
    assert report_url.startswith(f"https://okna.example/api/v1/callbacks/sms/kannel/{REF}?type=%d&")
    assert is_signed(SECRET_KEY, REF, signature)
    assert "validity" not in cyrillic


async def test_kannel_is_told_how_long_a_message_stays_true(gateway):
    gateway.says("202 Accepted", "0: Accepted for delivery")

    for valid_for in (timedelta(seconds=1), timedelta(minutes=5), timedelta(minutes=5, seconds=1)):
        await kannel_at(gateway.url).send(**HELLO, valid_for=valid_for)

    assert [asked["validity"] for asked in gateway.asked] == ["1", "5", "6"]


async def test_the_file_provider_writes_one_json_line_per_sms_into_a_folder_it_makes(tmp_path):
    path = tmp_path / "var" / "sms.jsonl"
    provider = FileProvider(str(path))

    outcomes = [await provider.send(**HELLO), await provider.send(**HELLO | {"text": "Я" * 71})]

    first, second = (json.loads(line) for line in path.read_text().splitlines())
    assert outcomes == [Accepted(), Accepted()]
    assert (first["to"], first["text"], first["sender"]) == ("+79161234567", "Привет", "OKNA")
    assert (first["segments"], second["segments"]) == (1, 2)
    assert [UUID(part) for part in first["ref"].split("/")]
    assert first["at"].endswith("Z")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_lines_written_at_once_are_never_mixed(tmp_path):
    path = tmp_path / "sms.jsonl"
    writers = [FileProvider(str(path)) for _ in range(8)]

    await asyncio.gather(
        *(writer.send(**HELLO | {"text": "Я" * 500 + str(n)}) for n, writer in enumerate(writers * 25))
    )

    texts = {json.loads(line)["text"] for line in path.read_text().splitlines()}
    assert len(texts) == 200


async def test_a_file_that_cannot_be_written_may_be_tried_again(tmp_path):
    folder = tmp_path / "taken"
    folder.write_text("a file where the folder should be")

    outcome = await FileProvider(os.fspath(folder / "sms.jsonl")).send(**HELLO)

    assert isinstance(outcome, Rejected)
    assert not outcome.permanent


def test_a_process_has_one_provider(settings):
    (sms,) = channels_from(settings)[Channel.SMS]

    assert isinstance(sms, FileProvider)
    assert channels_from(settings) is channels_from(settings)
