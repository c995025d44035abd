"""Whether somebody who writes to us wants no more messages. He need not spell it right."""

import re

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
POLITE = frozenset(
    (
        *("пожалуйста", "пожалуста", "плиз", "прошу", "меня", "мне", "нас", "нам", "я", "от", "из", "с"),
        *("вас", "вашей", "ваших", "ваши", "этой", "больше", "все", "всё", "всех", "смс", "sms", "рассылка"),
        *("рассылки", "рассылку", "рассылок", "рекламы", "рекламу", "реклама", "уведомлений", "номер"),
        *("мой", "этот", "please", "me", "my", "number", "from", "your", "all", "list", "the", "this"),
        *("now", "срочно", "спасибо", "thanks"),
    )
)
PHRASES = (
    *("не пиши", "не пишите", "не писать", "не надо писать", "больше не пишите", "непишите", "не пешите"),
    *("не шлите", "не шли", "не слать", "не присылайте", "не присылать", "не отправляйте", "не беспокойте"),
    *("не звоните", "не звонить", "отпишите меня", "отписать меня", "отписаться от", "удалите меня"),
    *("удалите номер", "удалите мой номер", "удалите из базы", "уберите меня", "уберите из рассылки"),
    *(
        "исключите из рассылки",
        "прекратите рассылку",
        "прекратите слать",
        "прекратите писать",
        "хватит слать",
    ),
    *("остановите рассылку", "не нужно писать", "не надо слать", "не нужно слать"),
    *("хватит писать", "хватит спамить", "не надо рекламы", "без рекламы", "отказываюсь от рассылки"),
    *("отказ от рассылки", "do not text", "don t text", "dont text", "stop texting", "stop sending"),
    *("stop messaging", "no more messages", "no more sms", "remove me", "take me off", "opt me out"),
    *("unsubscribe me", "leave me alone"),
)
"""What means it inside a short text."""
SHORT = 8
"""A text with more words says more than stop: a person reads it."""


def means_stop(text: str) -> bool:
    """Whether the text is a refusal, in Russian or English, with the usual misspellings and mixed alphabets."""
    words = _words(text)
    if not words:
        return False
    if " ".join(words) in _ALONE:
        return True
    meaningful = [word for word in words if word not in _POLITE]
    if " ".join(meaningful) in _ALONE:
        return True
    whole = f" {' '.join(words)} | {' '.join(meaningful)} "
    return len(words) <= SHORT and any(f" {phrase} " in whole for phrase in _PHRASES)


def _words(text: str) -> list[str]:
    """Letters alone, all that look Latin as Latin ones."""
    return re.sub(r"[^\w]+|_", " ", fold(text.replace("'", " ").replace("’", " "))).translate(ALIKE).split()


_ALONE = frozenset(" ".join(_words(one)) for one in ALONE)
_POLITE = frozenset(word for one in POLITE for word in _words(one))
_PHRASES = tuple(" ".join(_words(one)) for one in PHRASES)
