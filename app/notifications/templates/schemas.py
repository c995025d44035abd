from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from app.core.i18n import template as product_text
from app.http.schemas import In, Out, Patch
from app.notifications.kinds import TO_WORKERS, MessageKind, is_of_product
from app.notifications.legal import LegalClass, Priority
from app.notifications.templates.models import MessageTemplate, TemplateVersion
from app.notifications.templates.policies import known_variables, optional_variables
from app.notifications.templates.preview import Shown, samples_of

Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["winter_invite"])]
SmsText = Annotated[str, Meta(max_length=1000)]
Subject = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
EmailText = Annotated[str, Meta(max_length=10_000)]
EmailHtml = Annotated[str, Meta(max_length=50_000)]
Sample = Annotated[str, Meta(min_length=1, max_length=200)]
Samples = Annotated[list[Sample], Meta(min_length=1, max_length=5)]


class TemplateTexts(In, omit_defaults=True):
    """Texts in one language. `{name}` is a variable."""

    sms: SmsText = ""
    email_subject: Subject = ""
    email_text: EmailText = ""
    email_html: EmailHtml = ""
    """Beside the text, never without it. Values of variables are text in it, and never tags."""


class VariableSamples(In, omit_defaults=True, kw_only=True):
    """Examples of a variable. The longest one decides how long the message can get."""

    ru: Samples
    en: Annotated[list[Sample], Meta(max_length=5)] = []
    """Default: as in Russian."""


class TemplateDraft(In, omit_defaults=True, kw_only=True):
    ru: TemplateTexts
    en: TemplateTexts | None = None
    """None: people who read English get the product's own text, and where it has none the Russian one."""
    variables: Annotated[dict[Code, VariableSamples], Meta(max_length=40)] = {}
    """Of a kind of the company's own. The product declares those of its kinds."""


class CreateTemplate(In, kw_only=True):
    kind: Code
    """One of the product's kinds, or a code of the company's own for its plans."""
    legal_class: LegalClass = LegalClass.SERVICE
    priority: Priority | None = None
    """Null: the first of its class."""
    draft: TemplateDraft


class ChangeTemplate(Patch):
    """Only what is given changes. What is published stays as it is."""

    legal_class: LegalClass | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    draft: TemplateDraft | UnsetType = UNSET


def stored(draft: TemplateDraft) -> dict[str, object]:
    """The draft as the table keeps it: without empty texts, with all three parts."""
    plain: dict[str, object] = msgspec.to_builtins(draft)
    return {"en": None, "variables": {}} | plain


class TemplateOut(Out):
    id: UUID
    kind: str
    legal_class: str
    priority: str
    draft: TemplateDraft
    is_of_product: bool
    """The product has a text of this kind too."""
    published_number: int | None
    """Number of the version that is sent. Null: none, so the product's own text is."""
    version: int

    @classmethod
    def of(cls, template: MessageTemplate) -> Self:
        return cls(
            id=template.id,
            kind=template.kind,
            legal_class=template.legal_class,
            priority=template.priority,
            draft=msgspec.convert(template.draft, TemplateDraft),
            is_of_product=is_of_product(template.kind),
            published_number=template.published_number,
            version=template.row_version,
        )


class TemplatesOut(Out):
    items: list[TemplateOut]

    @classmethod
    def of(cls, templates: Sequence[MessageTemplate]) -> Self:
        return cls(items=[TemplateOut.of(template) for template in templates])


class TemplateVersionOut(Out):
    """A version never changes."""

    id: UUID
    number: int
    """From 1."""
    legal_class: str
    priority: str
    content: TemplateDraft
    published_at: datetime
    published_by: UUID

    @classmethod
    def of(cls, version: TemplateVersion) -> Self:
        return cls(
            id=version.id,
            number=version.number,
            legal_class=version.legal_class,
            priority=version.priority,
            content=msgspec.convert(version.content, TemplateDraft),
            published_at=version.published_at,
            published_by=version.published_by,
        )


class TemplateVersionsOut(Out):
    items: list[TemplateVersionOut]


class VariableOut(Out):
    name: str
    is_optional: bool
    """It may be empty."""
    sample_ru: str
    sample_en: str


class TemplateKindOut(Out):
    """A kind of message that the product sends to clients."""

    kind: str
    default_ru: str
    """What is sent while the company has published nothing."""
    default_en: str
    variables: list[VariableOut]

    @classmethod
    def of(cls, kind: MessageKind) -> Self:
        samples = {lang: samples_of(kind, {}, lang) for lang in ("ru", "en")}
        return cls(
            kind=kind,
            default_ru=product_text("ru", "sms", kind),
            default_en=product_text("en", "sms", kind),
            variables=[
                VariableOut(
                    name=name,
                    is_optional=name in optional_variables(kind),
                    sample_ru=samples["ru"][name],
                    sample_en=samples["en"][name],
                )
                for name in known_variables(kind, {})
            ],
        )


class TemplateKindsOut(Out):
    items: list[TemplateKindOut]

    @classmethod
    def of_all(cls) -> Self:
        return cls(items=[TemplateKindOut.of(kind) for kind in MessageKind if kind not in TO_WORKERS])


class SmsPreviewOut(Out):
    text: str
    """With the usual samples."""
    alphabet: str
    """Of the SMS with the longest samples: gsm-7 or ucs-2."""
    units: int
    segments: int
    """Number of SMS that are billed at most."""
    price_kop: int | None
    """What they cost. Null: the company has set no price."""


class EmailPreviewOut(Out):
    subject: str
    text: str
    html: str | None
    """Show it in a frame without scripts."""


class LangPreviewOut(Out):
    lang: str
    sms: SmsPreviewOut | None
    email: EmailPreviewOut | None

    @classmethod
    def of(cls, shown: Shown, *, price_kop: int | None) -> Self:
        sms = email = None
        if shown.sms is not None and shown.longest is not None:
            sms = SmsPreviewOut(
                text=shown.sms,
                alphabet=shown.longest.alphabet,
                units=shown.longest.units,
                segments=shown.longest.parts,
                price_kop=None if price_kop is None else price_kop * shown.longest.parts,
            )
        if shown.email is not None:
            email = EmailPreviewOut(subject=shown.email.subject, text=shown.email.body, html=shown.email.html)
        return cls(lang=shown.lang, sms=sms, email=email)


class TemplatePreviewOut(Out):
    items: list[LangPreviewOut]
    """One for each language in which the draft is written."""
