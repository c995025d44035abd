"""What a client reads, for each kind of message and each state of a visit: whom it names, and whether it has a link."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.dispatch.confirmation.policies import Rules, Touches
from app.dispatch.telling.facts import VisitToTell
from app.dispatch.telling.policies.news import find_due
from app.dispatch.telling.policies.notices import Notice, Says, Window, kind_of
from app.dispatch.telling.wording import name_of, say
from app.notifications.api import MessageStatus
from app.notifications.channels.sms.segments import count_segments
from app.notifications.messages.wording import compose_text
from tests.cast import NOON

pytestmark = pytest.mark.covers("M3", "R89")
HOUR = timedelta(hours=1)
RINAT, CREW, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
IN_TWO_WEEKS, SOON, IN_AN_HOUR = (
    Window(NOON + wait, NOON + wait + HOUR) for wait in (timedelta(days=14), 5 * HOUR, HOUR)
)
LINK = "https://okna.example/v/7H3K9QXM2WAAB"
LEFT_AT = NOON - HOUR


def a_visit(status: str, window: Window, *, lang: str) -> VisitToTell:
    """An installation. Whoever is asked stands on the visit already."""
    is_on_the_way = status == "en_route"
    return VisitToTell(
        visit_id=UUID(int=9),
        status=status,
        status_reason=None,
        window_starts_at=window.starts_at,
        window_ends_at=window.ends_at,
        worker_id=None if status == "planned" else RINAT,
        crew_id=None if status == "planned" else CREW,
        departed_at=LEFT_AT if is_on_the_way else None,
        expected_at=NOON + HOUR / 2 if is_on_the_way else None,
        worker=None if status == "planned" else "Ринат Сафин",
        worker_is_active=True,
        crew=None if status == "planned" else "Бригада Рината",
        job_id=UUID(int=8),
        job_kind="installation",
        client_id=UUID(int=7),
        lang=lang,
        phone="+79031234567",
        address="Москва, улица Правды, 24, кв. 15",
        apartment="15",
        has_other_sites=False,
        site_zone="Europe/Moscow",
        company="Окна Плюс",
        company_zone="Europe/Moscow",
        sms_sender="",
        client_answer=None,
        client_answered_at=None,
        is_new_client=False,
        is_client=True,
        phone_to_call=None,
        rules=Rules(),
        numbers=frozenset({"+79031234567"}),
    )


def a_notice(says: Says, window: Window, who: UUID | None = None, **more) -> Notice:
    """It has reached him two days ago."""
    at = NOON - timedelta(days=2)
    left = LEFT_AT if says == Says.ON_THE_WAY else None
    return Notice(1, says, window, who, left, at, UUID(int=5), MessageStatus.SENT, **more)


def what_he_reads(told: Notice | None, status: str, window: Window, lang: str) -> str | None:
    visit = a_visit(status, window, lang=lang)
    touches = Touches(visit.rules, window_starts_at=window.starts_at, zone=visit.site_zone)
    same = [told] if told is not None and told.window == window else []
    words = find_due(told, visit.truth, now=NOON, since_moved=same, touches=touches)
    if words is None:
        return None
    name = name_of(words, visit, told=told.who_name if told else "")
    said = say(words, visit, who_name=name, link=LINK if words.has_link else "")
    return compose_text(lang, kind_of(words), said).removeprefix("Окна Плюс: ").replace(LINK, "LINK")


WAITS = a_notice(Says.ON_THE_WAY, SOON, CREW, who_name="Ринат")
TABLE = {
    "booked long before": (None, IN_TWO_WEEKS),
    "booked late": (None, SOON),
    "moved": (a_notice(Says.BOOKED, SOON, OTHER, who_name="Павел"), IN_TWO_WEEKS),
    "asked": (a_notice(Says.BOOKED, SOON), SOON),
    "reminded": (a_notice(Says.ASKED, IN_AN_HOUR, asks=True), IN_AN_HOUR),
    "another was named": (a_notice(Says.BOOKED, IN_TWO_WEEKS, OTHER, who_name="Павел"), IN_TWO_WEEKS),
    "was on the way": (WAITS, SOON),
}
"""What the client was told last, and the window now."""
ASKED = {
    "ru": (
        "монтаж 2 марта с 17:00 до 18:00. Да, нет, перенести? LINK",
        "монтаж 2 марта с 17:00 до 18:00. Приедет Бригада Рината. Да, нет, перенести? LINK",
    ),
    "en": (
        "installation 2 March from 17:00 to 18:00. YES, NO or MOVE? LINK",
        "installation 2 March from 17:00 to 18:00. Бригада Рината will come. YES, NO or MOVE? LINK",
    ),
}
READS: dict[str, dict[str, tuple[str | None, str]]] = {
    "booked long before": {
        "ru": (
            "монтаж 16 марта с 12:00 до 13:00.",
            "монтаж 16 марта с 12:00 до 13:00. Приедет Бригада Рината.",
        ),
        "en": (
            "installation 16 March from 12:00 to 13:00.",
            "installation 16 March from 12:00 to 13:00. Бригада Рината will come.",
        ),
    },
    "booked late": ASKED,
    "moved": {
        "ru": ("монтаж переносится на 16 марта с 12:00 до 13:00.",) * 2,
        "en": ("installation moved to 16 March from 12:00 to 13:00.",) * 2,
    },
    "asked": ASKED,
    "reminded": {
        "ru": (
            "скоро монтаж, 2 марта с 13:00 до 14:00. LINK",
            "скоро монтаж, 2 марта с 13:00 до 14:00. Приедет Бригада Рината. LINK",
        ),
        "en": (
            "soon: installation 2 March from 13:00 to 14:00. LINK",
            "soon: installation 2 March from 13:00 to 14:00. Бригада Рината will come. LINK",
        ),
    },
    "another was named": {
        "ru": (None, "монтаж 16 марта с 12:00 до 13:00. Приедет Бригада Рината."),
        "en": (None, "installation 16 March from 12:00 to 13:00. Бригада Рината will come."),
    },
    "was on the way": {
        "ru": (
            "мастер Ринат не приедет. Ищем другого, сообщим.",
            "монтаж 2 марта с 17:00 до 18:00. Приедет Бригада Рината.",
        ),
        "en": (
            "Ринат is not coming. We are looking for somebody else and will let you know.",
            "installation 2 March from 17:00 to 18:00. Бригада Рината will come.",
        ),
    },
}
"""While nobody has accepted, and after the crew has. Nobody is told of the crew that is only asked."""
ON_MY_WAY = {
    "ru": "к вам едет мастер Ринат, будет около 12:30. LINK",
    "en": "Ринат is on the way to you and should be there at about 12:30. LINK",
}


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("case", TABLE)
def test_a_client_reads_only_who_has_accepted_and_what_he_answers_has_a_link(case, lang):
    told, window = TABLE[case]
    unnamed, named = READS[case][lang]
    read = {
        status: what_he_reads(told, status, window, lang)
        for status in ("planned", "offered", "accepted", "en_route")
    }

    assert read == {
        "planned": unnamed,
        "offered": unnamed,
        "accepted": named,
        "en_route": None if told == WAITS else ON_MY_WAY[lang],
    }
    for text in filter(None, read.values()):
        assert count_segments("Окна Плюс: " + text.replace("LINK", LINK)).parts <= 2, text
