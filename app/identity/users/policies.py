import re
import threading
import unicodedata
from collections.abc import Collection, Iterable
from datetime import timedelta

from zxcvbn import matching, zxcvbn

from app.core.scope import OFFICE_ROLES, Role
from app.identity.attempts.policies import Limit
from app.identity.passwords import LENGTH_MIN

OLD_PASSWORD_PER_PERSON = Limit(10, timedelta(minutes=15))
"""How often the old password may be tried when a new one is given."""

MANAGING = frozenset({Role.OWNER, Role.SUPERVISOR})

GUESSES_MIN = 10**9
"""A name with a surname and a year needs fewer guesses, and so do two common words."""
JUDGED_MAX = 40
"""Only so many characters of a password are judged: the time grows with the square of the length."""
matching.L33T_TABLE.update(c=["("], g=["9"], i=["1", "!"], l=["1"], t=["7"])
"""Each sign stands for at most two letters. With the library's own table a password of such signs takes
seconds to judge, and anybody may register."""
ONE_AT_A_TIME = threading.Lock()
"""zxcvbn keeps `user_inputs` in a global: two threads must not use it at once."""
KEYS = str.maketrans("йцукенгшщзхъфывапролджэячсмитьбюё", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`")


def may_manage(manager: Collection[Role], people_with: Iterable[Collection[Role]]) -> bool:
    """An owner manages everybody; a supervisor those who are neither, nor become, owner or supervisor."""
    if Role.OWNER in manager:
        return True
    return all(MANAGING.isdisjoint(roles) for roles in people_with)


def needs_email(roles: Collection[Role]) -> bool:
    """The office signs in by e-mail and password."""
    return not OFFICE_ROLES.isdisjoint(roles)


def may_sign_in_by_code(roles: Iterable[str]) -> bool:
    """Workers only. An SMS can be intercepted: it is not enough for those who see the whole company."""
    return OFFICE_ROLES.isdisjoint(roles)


def joins_office(before: Iterable[str], after: Iterable[str]) -> bool:
    return may_sign_in_by_code(before) and not may_sign_in_by_code(after)


def weakness(password: str, *, known: Iterable[str]) -> str | None:
    """Why a password is refused, as the code of a text; `known` is what is no secret about the person.

    A Russian password is also judged by the keys it is typed with: the lists of common ones have
    `gfhjkm`, and rows of keys are known of the Latin keyboard. No rules about kinds of characters:
    they only make people write passwords down.
    """
    password = unicodedata.normalize("NFKC", password)  # as it will be hashed
    if len(password) < LENGTH_MIN:
        return "password_short"
    words = [word for text in known for word in (text, *re.split(r"[\W_]+", text)) if len(word) > 2]
    typed = [_guesses(_keys(password), [_keys(word) for word in words]), _guesses(password, words)]
    return "password_guessable" if min(typed) < GUESSES_MIN else None


def _guesses(password: str, known: list[str]) -> int:
    with ONE_AT_A_TIME:
        return int(zxcvbn(password[:JUDGED_MAX], user_inputs=known)["guesses"])


def _keys(text: str) -> str:
    return text.lower().translate(KEYS)
