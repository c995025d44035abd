"""What a client means who answers a question about his visit by SMS. Pure: a text in, a meaning out.

A wrong guess sends a worker away or to a closed door. So what is not plain is not understood, and a person reads it.
"""

import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from app.dispatch.confirmation.policies import Says

PHRASES: list[tuple[str, str]] = [
    (r"(нет|без) (проблем|вопросов)|no problems?|все в силе", "yes"),
    (r"не (надо|нужно|стоит|будем|буду)? ?(перен[еио]с\w*|отмен\w*|cancel\w*|двигать)", "keep"),
    (r"(do not|dont|don t) (cancel|move|reschedule)", "keep"),
    (r"(на|в)? ?друго[йе]\w* (день|время|раз|час|дату)|на другое|в другой", "move"),
    (r"(another|other|different) (day|time|date)|(change|move) (the )?(time|day|date)|some other", "move"),
    (
        r"(можно|давайте|лучше)( ли)? (на |в )?(завтра|послезавтра|позже|попозже|раньше|пораньше|утром|вечером)",
        "move",
    ),
    (r"(на|в) (понедельник|вторник|среду|четверг|пятницу|субботу|воскресенье|выходные)", "move"),
    (r"не (смогу|сможем|могу|можем|смог|получ\w*|выйдет|выходит|успе\w*)", "no"),
    (
        r"не (надо|нужно|приезжа\w*|ждите|подход\w*|удобно|актуальн\w*|согл\w*|жду|ждем|ждите|устраива\w*)",
        "no",
    ),
    (r"(can ?not|can ?t|won ?t|not able|not (coming|possible|convenient|suitable|ok)|do not come)", "no"),
    (r"(works|good|fine|ok|okay) for (me|us)|see you|that works|looking forward|we re in|all good", "yes"),
    (r"(буду|будем|буде) (дома|ждать|на месте|вас)|(мы|я) дома", "yes"),
]
"""Several words with a meaning of their own, in this order. `keep`: nothing shall change, which alone is no answer."""

WORDS = {
    kind: words.split()
    for kind, words in tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8")).items()
}
FILLERS, CONDITIONS = set(WORDS.pop("fillers")), set(WORDS.pop("conditions"))
SIGNS = {"yes": "👍✅👌🙂😊🙏🤝☑✔➕", "no": "👎❌🚫✖⛔"}
WORDS_MAX = 40
ODD_WORDS_MAX = 1
"""So many words that we do not know may stand beside a yes or a no."""

EN_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
RU_KEYS = "йцукенгшщзхъфывапролджэячсмитьбюё"
AS_RUSSIAN = str.maketrans(EN_KEYS, RU_KEYS)
"""Somebody has typed Russian with the keyboard set to English."""
MEANING: Mapping[str, str] = {word: meaning for meaning, words in WORDS.items() for word in words}
LONG_WORDS = [word for word in MEANING if len(word) >= 6]


def understood(text: str) -> Says | None:
    """What the client means. None: nobody but a person can tell."""
    found = _understood(text.lower())
    if found is None and re.fullmatch(r"[a-z\[\];',.` !?]+", text.lower().strip()):
        found = _understood(text.lower().strip(" !?").translate(AS_RUSSIAN))
    return found


def _understood(text: str) -> Says | None:
    meanings, odd, words = _meanings(text)
    if "move" in meanings and "keep" not in meanings:
        return Says.MOVE
    is_plain = len(meanings - {"keep"}) == 1 and len(odd) <= ODD_WORDS_MAX and "?" not in text
    if not is_plain or words & CONDITIONS or any(word.isdigit() for word in words):
        return None
    if "yes" in meanings:
        return Says.YES
    return Says.NO if meanings == {"no"} else None


def _meanings(text: str) -> tuple[set[str], list[str], set[str]]:
    """The meanings in a text, the words without any, and all words."""
    meanings = {meaning for meaning, signs in SIGNS.items() if any(sign in text for sign in signs)}
    if text.strip() in ("+", "++", "+++"):
        meanings.add("yes")
    left = " ".join(re.findall(r"\w+", text.replace("ё", "е")))
    words = left.split()[:WORDS_MAX]
    left = " ".join(words)
    for phrase, meaning in PHRASES:
        left, times = re.subn(rf"\b(?:{phrase})(?!\w)", " ", left)
        if times:
            meanings.add(meaning)
    odd = []
    for word in left.split():
        meaning_of_word = _meaning_of(word)
        if meaning_of_word:
            meanings.add(meaning_of_word)
        elif word not in FILLERS:
            odd.append(word)
    return meanings, odd, set(words)


def _meaning_of(word: str) -> str | None:
    """Long words may have a letter wrong."""
    if word in MEANING:
        return MEANING[word]
    near = get_close_matches(word, LONG_WORDS, n=1, cutoff=0.8) if len(word) >= 6 else []
    return MEANING[near[0]] if near else None
