"""The words that come with the product, for companies that have none of their own."""

from pathlib import Path

from app.core.i18n import LANGS

VERSION = 1
"""The company's own texts begin with the next one."""
KEPT_DAYS = 365
"""As long as these words allow positions to be kept. Another number would be another text."""

CLIENTS_SEE = True
"""They say that the client sees roughly where his master is, while he is on the way."""

_WORDS = {
    lang: Path(__file__).with_name(f"words_{lang}.txt").read_text(encoding="utf-8").strip() for lang in LANGS
}


def usual_words(lang: str, *, company: str) -> str:
    """The text in this language, with the name of the company and how long it keeps positions."""
    return _WORDS[lang].format(company=company, kept_days=KEPT_DAYS)
