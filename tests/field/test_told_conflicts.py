"""A conflict of a whole command says what the phone wanted and why it was not done, in the language of the reader."""

from datetime import timedelta
from uuid import uuid4

import pytest

from app.core.errors import DomainError
from app.dispatch.api import VisitNotFound
from app.field.commands.queries import VisitSeen
from app.field.commands.telling import conflict_in_words
from app.field.visits import VisitNotAtWork
from tests.cast import NOON

pytestmark = pytest.mark.covers("M29")


def seen(status, reason=None):
    return VisitSeen(status, reason, uuid4(), NOON, NOON + timedelta(hours=2))


@pytest.mark.parametrize(
    ("refusal", "visit", "ru", "en"),
    [
        pytest.param(
            VisitNotFound(visit_id=uuid4()),
            seen("accepted"),
            "Этот выезд больше не за ним. Сейчас выезд: «принят».",
            "This visit is not his any more. The visit is now: “accepted”.",
            id="given to somebody else",
        ),
        pytest.param(
            VisitNotFound(visit_id=uuid4()),
            seen("canceled", "Клиент передумал"),
            "Этот выезд больше не за ним. Сейчас выезд: «отменён», причина: Клиент передумал.",
            "This visit is not his any more. The visit is now: “canceled”, because: Клиент передумал.",
            id="canceled",
        ),
        pytest.param(
            VisitNotFound(visit_id=uuid4()), None, "Выезд не найден.", "Visit not found.", id="gone"
        ),
        pytest.param(
            VisitNotAtWork(status="completed"),
            seen("completed"),
            "Это можно сделать, только пока исполнитель на объекте. Сейчас выезд: «завершён».",
            None,
            id="over",
        ),
    ],
)
def test_it_says_what_was_wanted_and_why_not(refusal, visit, ru, en):
    told = conflict_in_words("arrive_at_visit", refusal, visit)

    assert told["ru"] == f"Исполнитель передал с телефона: прибытие. Не выполнено: {ru}"
    if en is not None:
        assert told["en"] == f"The worker sent from the phone: arrival. Not done: {en}"


def test_a_refusal_without_words_of_its_own_is_told_too():
    told = conflict_in_words("arrive_at_visit", DomainError(), None)

    assert all(len(words) > 40 for words in told.values())
