import re
import string
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.core.i18n import LANGS, has_text
from app.notifications.api import InboxKind, MessageKind, format_day, format_time, format_time_range
from app.notifications.channels.sms.segments import count_segments
from app.notifications.inbox.handlers import NOT_ARRIVED
from app.notifications.messages.wording import compose_text

TEXTS = {
    lang: tomllib.loads(Path(f"app/notifications/texts/{lang}.toml").read_text(encoding="utf-8"))
    for lang in ("ru", "en")
}
WINDOW = {"ru": "с 10:00 до 12:00", "en": "from 10:00 to 12:00"}
DAY = {"ru": "30 сентября", "en": "30 September"}
LONG = {
    "company": "Общество с ограниченной ответственностью «Светопрозрачные конструкции»",
    "place": "Маршала Говорова, 37, корп. 2, лит. А, кв. 128",
    "worker": "Бригада Александра Константинопольского",
    "expected": "14:30",
    "link": "https://okna.example/v/7H3K9QXM2WAAB",
    "ask": "Да, нет, перенести? https://okna.example/v/7H3K9QXM2WAAB",
    "who": "Приедет Бригада Александра Константинопольского.",
    "what": "Монтаж светопрозрачных конструкций",
    "where": "г. Санкт-Петербург, ул. Маршала Говорова, 37, кв. 128",
    "accept_by": "14:30",
    "code": "123456",
}
USUAL = {
    "ru": {
        "company": "Окна Плюс",
        "worker": "Павел",
        "what": "монтаж",
        "expected": "14:30",
        "code": "123456",
    },
    "en": {
        "company": "Okna",
        "worker": "Pavel",
        "what": "measurement",
        "expected": "14:30",
        "code": "123456",
    },
}
PROMOTION = re.compile(r"скидк|акци|бесплатн|подар|выгод|купи|discount|free|gift|sale|offer!", re.IGNORECASE)


def values(lang: str, given: dict[str, str]) -> dict[str, str]:
    times = {"day": DAY[lang], "window": WINDOW[lang], "when": f"{DAY[lang]} {WINDOW[lang]}"}
    return given | times


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_kind_of_message_has_a_text_in_both_languages():
    for lang in ("ru", "en"):
        assert TEXTS[lang]["sms"].keys() == {str(kind) for kind in MessageKind}


TO_WORKERS = {
    MessageKind.OFFER_MADE,
    MessageKind.OFFER_REMINDER,
    MessageKind.OFFER_WITHDRAWN,
    MessageKind.LOGIN_CODE,
}
"""All other kinds go to clients."""


@pytest.mark.parametrize("lang", LANGS)
def test_every_message_to_a_client_and_every_way_to_miss_it_has_a_word_for_the_inbox(lang):
    shown = (set(MessageKind) - TO_WORKERS) | NOT_ARRIVED

    assert {str(code) for code in shown if not has_text(lang, "words", code)} == set()


@pytest.mark.parametrize("lang", LANGS)
def test_every_kind_of_inbox_item_has_a_title_and_every_title_an_item(lang):
    folders = Path("app").glob(f"*/texts/{lang}.toml")
    texts = [tomllib.loads(file.read_text(encoding="utf-8")) for file in folders]

    assert {kind for one in texts for kind in one.get("inbox", {})} == {str(kind) for kind in InboxKind}


def test_both_languages_say_the_same_things():
    for table in ("errors", "sms", "sms_words"):
        ru, en = TEXTS["ru"][table], TEXTS["en"][table]
        assert ru.keys() == en.keys()
        assert {key: placeholders(ru[key]) for key in ru} == {key: placeholders(en[key]) for key in en}


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("kind", list(MessageKind))
def test_long_names_and_addresses_fit_into_two_segments(kind, lang):
    body = compose_text(lang, kind, values(lang, LONG))

    assert count_segments(body).parts <= 2
    assert not placeholders(body)


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("kind", [one for one in MessageKind if not one.startswith("offer_")])
def test_a_usual_message_is_one_segment(kind, lang):
    body = compose_text(lang, kind, values(lang, USUAL[lang]))

    assert count_segments(body).parts == 1, body


@pytest.mark.covers("R177")
def test_service_messages_promote_nothing():
    for lang in ("ru", "en"):
        for text in TEXTS[lang]["sms"].values():
            assert not PROMOTION.search(text)


@pytest.mark.covers("M3")
def test_on_my_way_says_who_and_when_in_the_clients_language():
    said = {"company": "Окна Плюс", "worker": "Павел", "expected": "14:30"}

    assert compose_text("ru", "on_my_way", said) == ("Окна Плюс: к вам едет мастер Павел, будет около 14:30.")
    assert compose_text("en", "on_my_way", said) == (
        "Окна Плюс: Павел is on the way to you and should be there at about 14:30."
    )


def test_a_link_stands_at_the_end():
    said = {"company": "Окна", "worker": "Павел", "expected": "14:30", "link": "https://o.ru/t/9fK"}

    body = compose_text("ru", "on_my_way", said)

    assert body == "Окна: к вам едет мастер Павел, будет около 14:30. https://o.ru/t/9fK"


def test_a_clipped_name_at_the_end_of_a_sentence_has_three_dots():
    said = values("ru", LONG | {"what": "замер", "place": ""})

    body = compose_text("ru", "installation_booked", said)

    assert "... Да, нет" in body
    assert "...." not in body


def test_an_endless_address_is_clipped_and_the_rest_stays_whole():
    said = values("ru", LONG | {"where": "переулок " * 60})

    body = compose_text("ru", "offer_made", said)

    assert count_segments(body).parts == 2
    assert body.startswith("Новый выезд: Монтаж")
    assert "..." in body
    assert body.endswith("30 сентября с 10:00 до 12:00. Ответьте до 14:30.")


def test_a_message_that_is_long_without_names_is_sent_whole():
    link = "https://okna.example/" + "x" * 200

    said = {"company": "Окна", "worker": "Павел", "expected": "14:30", "link": link}

    body = compose_text("ru", "on_my_way", said)

    assert body.endswith(link)


def test_line_breaks_and_braces_in_a_name_do_no_harm():
    said = {"company": "Окна", "what": "монтаж", "day": "2 марта", "window": "с 10:00 до 12:00"}
    said["worker"] = "{Ринат}\n  и Ко"

    assert compose_text("ru", "installation_booked", said).endswith("Приедет {Ринат} и Ко.")


def test_a_missing_parameter_is_a_bug_that_shows():
    with pytest.raises(KeyError):
        compose_text("ru", "visit_booked", {"day": "2 марта"})


def test_days_and_times_are_those_of_the_companys_zone():
    starts_at = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)
    ends_at = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)

    moscow = {"timezone": "Europe/Moscow"}
    assert format_day(starts_at, lang="ru", **moscow) == "2 марта"
    assert format_day(starts_at, lang="en", **moscow) == "2 March"
    assert format_day(date(2026, 5, 9), lang="ru", **moscow) == "9 мая"
    assert format_time(starts_at, **moscow) == "01:00"
    assert format_time_range(starts_at, ends_at, lang="ru", **moscow) == "с 01:00 до 03:30"
    assert format_time_range(starts_at, ends_at, lang="en", **moscow) == "from 01:00 to 03:30"
    assert format_day(starts_at, timezone="America/New_York", lang="ru") == "1 марта"
