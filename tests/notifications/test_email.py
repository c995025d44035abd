"""E-mails go to a real SMTP server."""

import asyncio

import pytest

from app.core.ids import uuid7
from app.core.settings import SettingsInvalid, settings_from
from app.notifications.channels.choice import channels_from
from app.notifications.channels.email.smtp import SmtpProvider
from app.notifications.channels.protocol import Accepted, Channel, Letter, Rejected, Unknown
from tests.notifications.mail_sink import MailSink, make_certificate

REF = f"{uuid7()}/{uuid7()}"
HELLO = {"ref": REF, "to": "anna@mail.example", "text": "Здравствуйте, Анна!", "sender": "Окна «Плюс»"}
SUBJECT = Letter(subject="Замер окон\r\nBcc: all@mail.example")


@pytest.fixture
async def sink():
    server = MailSink()
    await server.open()
    yield server
    await server.close()


def smtp(port: int, **changes) -> SmtpProvider:
    told = {"host": "localhost", "username": "", "password": "", "tls": "none"}
    return SmtpProvider(**told | {"port": port, "sender_address": "office@okna.example"} | changes)


@pytest.mark.covers("R41", "R38")
async def test_a_letter_arrives_with_its_words_and_says_which_message_it_is(sink):
    outcome = await smtp(sink.port).send(**HELLO, letter=SUBJECT)

    assert outcome == Accepted()
    (letter,) = sink.letters
    assert letter["Subject"] == "Замер окон Bcc: all@mail.example"
    assert letter["From"] == "Окна «Плюс» <office@okna.example>"
    assert letter["Message-ID"] == f"<{REF.replace('/', '.')}@okna.example>"
    assert letter["Bcc"] is None
    assert letter["Date"]
    assert letter["List-Unsubscribe"] is None
    assert letter.get_content_type() == "text/plain"
    assert letter.get_content().strip() == "Здравствуйте, Анна!"


async def test_a_letter_with_a_page_has_the_text_beside_it(sink):
    letter = Letter(subject="Замер", html="<p>Здравствуйте, <b>Анна</b>!</p>")

    await smtp(sink.port).send(**HELLO, letter=letter)

    text, page = sink.letters[0].iter_parts()
    assert (text.get_content_type(), page.get_content_type()) == ("text/plain", "text/html")
    assert "<b>Анна</b>" in page.get_content()


@pytest.mark.covers("R177")
@pytest.mark.parametrize(
    ("stop_link", "header", "post"),
    [
        ("", "<mailto:office@okna.example?subject=stop>", None),
        (
            "https://okna.example/s/7",
            "<https://okna.example/s/7>, <mailto:office@okna.example?subject=stop>",
            "List-Unsubscribe=One-Click",
        ),
    ],
)
async def test_what_may_be_refused_tells_mail_programs_how_to_be_taken_off_the_list(
    sink, stop_link, header, post
):
    letter = Letter(subject="Зима", is_refusable=True, stop_link=stop_link)

    await smtp(sink.port).send(**HELLO, letter=letter)

    assert sink.letters[0]["List-Unsubscribe"].strip() == header
    assert sink.letters[0]["List-Unsubscribe-Post"] == post


@pytest.mark.parametrize(
    ("to", "outcome"),
    [
        ("bounce@mail.example", Rejected(code="550 No such user here", permanent=True)),
        ("grey@mail.example", Rejected(code="451 Try again later", permanent=False)),
        ("spam@mail.example", Rejected(code="554 Looks like spam", permanent=True)),
    ],
)
async def test_a_refusal_says_whether_it_makes_sense_to_try_again(sink, to, outcome):
    assert await smtp(sink.port).send(**HELLO | {"to": to}, letter=SUBJECT) == outcome


@pytest.mark.parametrize("to", ["anna@mail.example\r\nRCPT TO:<all@mail.example>", "", "@", "no address"])
async def test_a_broken_address_is_refused_for_good(sink, to):
    outcome = await smtp(sink.port).send(**HELLO | {"to": to}, letter=SUBJECT)

    assert isinstance(outcome, Rejected)
    assert outcome.permanent
    assert sink.letters == []


@pytest.mark.covers("P-rel-2")
async def test_a_server_that_hangs_up_after_the_letter_leaves_it_unknown(sink):
    outcome = await smtp(sink.port).send(**HELLO | {"to": "lost@mail.example"}, letter=SUBJECT)

    assert isinstance(outcome, Unknown)
    assert len(sink.letters) == 1


async def test_a_server_nobody_reaches_got_nothing():
    outcome = await smtp(1).send(**HELLO, letter=SUBJECT)

    assert isinstance(outcome, Rejected)
    assert not outcome.permanent


@pytest.mark.covers("P-rel-2")
async def test_a_server_that_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr("app.notifications.channels.email.smtp.TIMEOUT_IN_ALL_S", 0.1)
    silence = asyncio.Event()

    async def never(reader, writer):
        await silence.wait()
        writer.close()

    server = await asyncio.start_server(never, "127.0.0.1", 0)

    outcome = await smtp(server.sockets[0].getsockname()[1]).send(**HELLO, letter=SUBJECT)

    silence.set()
    server.close()
    assert isinstance(outcome, Unknown)


async def test_it_signs_in_over_starttls_and_trusts_no_stranger(tmp_path, monkeypatch):
    context, trusted = make_certificate(tmp_path)
    sink = MailSink(tls=context, password="secret")
    await sink.open()
    signed_in = smtp(sink.port, tls="starttls", username="office", password="secret")
    wrong = smtp(sink.port, tls="starttls", username="office", password="guess")

    stranger = await signed_in.send(**HELLO, letter=SUBJECT)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    outcomes = [await one.send(**HELLO, letter=SUBJECT) for one in (signed_in, wrong)]

    await sink.close()
    assert isinstance(stranger, Rejected)
    assert outcomes[0] == Accepted()
    assert isinstance(outcomes[1], Rejected)
    assert not outcomes[1].permanent
    assert len(sink.letters) == 1


async def test_without_starttls_of_the_server_nothing_is_said_in_the_open(sink):
    outcome = await smtp(sink.port, tls="starttls").send(**HELLO, letter=SUBJECT)

    assert isinstance(outcome, Rejected)
    assert sink.letters == []


def test_smtp_needs_a_server_and_an_address(settings):
    environment = {
        "APP_DATABASE_URL": "postgresql://x",
        "REDIS_URL": "redis://x",
        "SECRET_KEY": "5" * 64,
        "EMAIL_PROVIDER": "smtp",
    }

    with pytest.raises(SettingsInvalid, match="SMTP_HOST"):
        settings_from(environment)
    told = settings_from(environment | {"SMTP_HOST": "mail.example", "EMAIL_FROM": "office@okna.example"})

    assert [one.name for one in channels_from(told)[Channel.EMAIL]] == ["smtp"]
