"""Judges the draft of a template: values in, faults out."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from app.notifications.kinds import OPTIONAL, TO_WORKERS, VARIABLES, MessageKind, is_of_product
from app.notifications.legal import PRIORITIES, LegalClass, Priority
from app.notifications.templates.filling import stray_brace, variables_of
from app.notifications.templates.html import forbidden_in
from app.notifications.templates.promotion import find_promotion, words_of_html

Fault = dict[str, Any]
"""`{"path": "ru.sms", "code": …, "params": {…}}`."""

LANGS = ("ru", "en")
FIELDS = ("sms", "email_subject", "email_text", "email_html")


class Draft(NamedTuple):
    """A template as its author left it."""

    kind: str
    legal_class: LegalClass
    priority: Priority
    content: Mapping[str, Any]
    """`{"ru": {…}, "en": {…} or None, "variables": {…}}`."""


def known_variables(kind: str, content: Mapping[str, Any]) -> list[str]:
    """The variables that a template of this kind may use: the product's own, or those it declares."""
    if is_of_product(kind):
        return list(VARIABLES[MessageKind(kind)])
    return list(content["variables"])


def optional_variables(kind: str) -> frozenset[str]:
    return OPTIONAL if is_of_product(kind) else frozenset()


def texts_of(content: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Language, field and text of everything that is written."""
    for lang in LANGS:
        written = content.get(lang) or {}
        yield from ((lang, field, written[field]) for field in FIELDS if written.get(field))


def faults_of(draft: Draft) -> list[Fault]:
    """Everything that keeps a template from being used, in the order of its fields."""
    return [*_of_kind(draft), *_of_shape(draft.content), *_of_variables(draft), *_of_promotion(draft)]


def _of_kind(draft: Draft) -> Iterator[Fault]:
    if draft.kind in TO_WORKERS:
        yield _fault("kind", "template_kind_is_for_workers")
    if is_of_product(draft.kind) and draft.legal_class != LegalClass.SERVICE:
        yield _fault("legal_class", "template_kind_is_service")
    allowed = PRIORITIES[draft.legal_class]
    if draft.priority not in allowed:
        yield _fault("priority", "template_priority_unfit", priorities=", ".join(allowed))


def _of_shape(content: Mapping[str, Any]) -> Iterator[Fault]:
    if not any(field in ("sms", "email_text") for lang, field, _ in texts_of(content) if lang == "ru"):
        yield _fault("ru", "template_is_empty")
    for lang in LANGS:
        written = content.get(lang) or {}
        if bool(written.get("email_subject")) != bool(written.get("email_text")):
            yield _fault(f"{lang}.email_subject", "template_email_incomplete")
        if written.get("email_html") and not written.get("email_text"):
            yield _fault(f"{lang}.email_text", "template_email_incomplete")
        for forbidden in forbidden_in(written.get("email_html") or ""):
            yield _fault(f"{lang}.email_html", "template_html_forbidden", what=forbidden)


def _of_variables(draft: Draft) -> Iterator[Fault]:
    known = known_variables(draft.kind, draft.content)
    if is_of_product(draft.kind):
        for name in draft.content["variables"]:
            yield _fault("variables", "template_variable_is_products", variable=name)
    for lang, field, text in texts_of(draft.content):
        for name in variables_of(text):
            if name not in known:
                listed = ", ".join(known)
                yield _fault(f"{lang}.{field}", "template_variable_unknown", variable=name, known=listed)
        if (place := stray_brace(text)) is not None:
            yield _fault(f"{lang}.{field}", "template_brace_alone", at=place)


def _of_promotion(draft: Draft) -> Iterator[Fault]:
    """Promotion makes a message marketing, whatever else it says (38-FZ, art. 18)."""
    if draft.legal_class == LegalClass.MARKETING:
        return
    for lang, field, text in texts_of(draft.content):
        for found in find_promotion(words_of_html(text) if field == "email_html" else text):
            yield _fault(f"{lang}.{field}", "template_promotes", word=found.word, at=found.at)


def _fault(path: str, code: str, **params: Any) -> Fault:
    return {"path": path, "code": code, "params": params}
