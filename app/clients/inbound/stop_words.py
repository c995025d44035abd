"""Whether somebody who writes to us wants no more messages. He need not spell it right."""

import re
from collections.abc import Sequence
from itertools import chain

from app.core.folding import fold

ALIKE = str.maketrans("авекмнорстухіјѕё0", "abekmhopctyxijseo")
"""Small letters of the Russian alphabet that look like Latin ones. A phone may mix both in one word."""

ALONE = (
    *("стоп", "стопп", "стап", "стор", "стоп стоп", "stop", "stopp", "stoop", "sotp", "stop all", "stopall"),
    *("отписка", "отписки", "отписаться", "отписатся", "отписать", "отпишите", "отпишити", "отпишитесь"),
    *("отпишись", "отпиши", "атписка", "атпишите", "отпска", "отпискa", "otpiska", "otpishite"),
    *("отказ от рассылки", "отказываюсь от рассылки"),
    *("unsubscribe", "unsubscribed", "unsubscrib", "unsubcribe", "unsubscibe", "unsuscribe", "unsub"),
    *("optout", "opt out", "remove", "quit"),
)
"""Words that mean it when nothing else but politeness stands beside them."""
POLITE = (
    *("пожалуйста", "пожалуста", "плиз", "прошу", "меня", "мне", "нас", "нам", "я", "от", "из", "с", "на"),
    *("вас", "вашей", "вашу", "ваших", "ваши", "вы", "этой", "эту", "эти", "больше", "никогда", "все", "всё"),
    *("всех", "номер", "мой", "этот", "базы", "please", "me", "us", "my", "number", "from", "your", "any"),
    *("more", "all", "list", "the", "this", "these", "now", "срочно", "спасибо", "thanks"),
)
MESSAGES = (
    *("смс", "смски", "sms", "сообщение", "сообщения", "сообщений", "рассылка", "рассылки", "рассылку"),
    *(
        "рассылок",
        "реклама",
        "рекламы",
        "рекламу",
        "уведомление",
        "уведомления",
        "уведомлений",
        "спам",
        "спама",
    ),
    *("messages", "texts", "ads", "spam"),
)
"""What we send, in the cases in which he names it."""
PHRASES = (
    *("не пиши", "не пишите", "не писать", "не надо писать", "больше не пишите", "непишите", "не пешите"),
    *("не беспокойте", "отпишите меня", "отписать меня", "отписаться от", "удалите меня"),
    *("удалите номер", "удалите мой номер", "удалите из базы", "уберите меня", "уберите из рассылки"),
    *(
        "исключите из рассылки",
        "прекратите рассылку",
        "прекратите слать",
        "прекратите писать",
        "хватит слать",
    ),
    *("остановите рассылку", "не нужно писать"),
    *("хватит писать", "хватит спамить", "не надо рекламы", "без рекламы", "отказываюсь от рассылки"),
    *("отказ от рассылки", "do not text", "don t text", "dont text", "stop texting"),
    *("stop messaging", "no more messages", "no more sms", "remove me", "take me off", "opt me out"),
    *("unsubscribe me", "leave me alone"),
)
"""What means it inside a short text."""
SENDING = (
    *("не шлите", "не шли", "не слать", "не надо слать", "не нужно слать", "не присылайте", "не присылай"),
    *("не присылать", "не надо присылать", "не нужно присылать", "не отправляйте", "не отправлять"),
    *("не надо отправлять", "не нужно отправлять", "не звоните", "не звонить", "не надо звонить"),
    *("stop sending", "do not send", "don t send", "dont send"),
)
"""What may also be said of a worker, or of a doorbell. It means stop if messages follow, or nothing else is said."""
SHORT = 8
"""A text with more words says more than stop: a person reads it."""


def means_stop(text: str) -> bool:
    """Whether the text is a refusal, in Russian or English, with the usual misspellings and mixed alphabets."""
    return _is_stop_alone(_words(text)) or _find_refusal(_words(text)) is not None


def says_more(text: str) -> bool:
    """Whether a refusal also says something else, which a person has to read."""
    words = _words(text)
    if _is_stop_alone(words):
        return False
    refusal = _find_refusal(words) or ""
    return bool(_without_politeness(f" {' '.join(words)} ".replace(f" {refusal} ", " ").split()))


def _is_stop_alone(words: Sequence[str]) -> bool:
    return bool({" ".join(words), " ".join(_without_politeness(words))} & _WHOLE)


def _without_politeness(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in _POLITE and word not in _MESSAGES]


def _find_refusal(words: Sequence[str]) -> str | None:
    """The phrase of a short text that means it, whatever else the text says."""
    if len(words) > SHORT:
        return None
    whole = f" {' '.join(words)} "
    said = (phrase for phrase in _PHRASES if f" {phrase} " in whole)
    about_messages = (
        phrase
        for phrase in _SENDING
        if f" {phrase} " in whole and _begins_with_messages(whole.partition(f" {phrase} ")[2].split())
    )
    return next(chain(said, about_messages), None)


def _begins_with_messages(words: Sequence[str]) -> bool:
    return next((word for word in words if word not in _POLITE), None) in _MESSAGES


def _words(text: str) -> list[str]:
    """Letters alone, all that look Latin as Latin ones."""
    return re.sub(r"[^\w]+|_", " ", fold(text.replace("'", " ").replace("’", " "))).translate(ALIKE).split()


def _folded(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(_words(one)) for one in texts)


_PHRASES, _SENDING = _folded(PHRASES), _folded(SENDING)
_POLITE, _MESSAGES = frozenset(_folded(POLITE)), frozenset(_folded(MESSAGES))
_WHOLE = frozenset((*_folded(ALONE), *_PHRASES, *_SENDING))
