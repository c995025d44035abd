"""The words that come with the product, for companies that have none of their own.

Version 1 has had two wordings: the earlier one does not say that clients see anything. A phone may have shown it before
an upgrade and say so only later. It stays here, so that what is kept is what was read. Who changes the words again
keeps the present ones beside them, in the same way.
"""

from pathlib import Path

from app.core.i18n import LANGS

VERSION = 1
"""The company's own texts begin with the next one."""
KEPT_DAYS = 365
"""As long as these words allow positions to be kept. Another number would be another text."""

CLIENTS_SEE = True
"""The present ones say that the client sees roughly where his master is, while he is on the way."""

_FILES = {True: "words", False: "words_before_clients"}
_WORDS = {
    (lang, clients_see): Path(__file__).with_name(f"{name}_{lang}.txt").read_text(encoding="utf-8").strip()
    for lang in LANGS
    for clients_see, name in _FILES.items()
}


def usual_words(lang: str, *, company: str, clients_see: bool) -> str:
    """The text in this language, with the name of the company and how long it keeps positions.

    Without `clients_see` it is the earlier wording.
    """
    return _WORDS[lang, clients_see].format(company=company, kept_days=KEPT_DAYS)
