"""What people read about a command that could not be carried out, in every language: what the phone wanted, and why
it was not done."""

from app.core.errors import DomainError
from app.core.i18n import LANGS, has_text, text
from app.field.commands.queries import VisitSeen

VISIT_NOT_FOUND = "visit_not_found"


def conflict_in_words(kind: str, refusal: DomainError, visit: VisitSeen | None) -> dict[str, str]:
    """By language. `visit` is what the office has made of the visit that the command was about."""
    return {lang: text(lang, "conflict", "told", kind=kind, why=_why(lang, refusal, visit)) for lang in LANGS}


def _why(lang: str, refusal: DomainError, visit: VisitSeen | None) -> str:
    """A visit that there is, but that the worker does not find, was taken away from him."""
    if refusal.code != VISIT_NOT_FOUND or visit is None:
        code = refusal.code if has_text(lang, "errors", refusal.code) else DomainError.code
        return text(lang, "errors", code, **refusal.params)
    if visit.status_reason:
        return text(lang, "conflict", "visit_lost_because", status=visit.status, because=visit.status_reason)
    return text(lang, "conflict", "visit_lost", status=visit.status)
