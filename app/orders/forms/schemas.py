from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from app.http.schemas import In, Name, Out, Patch
from app.orders.forms.models import Form, FormVersion
from app.orders.forms.patterns import PATTERN_LENGTH_MAX
from app.orders.forms.policies import CHOICES_MAX, FIELDS_MAX, NUMBER_MAX, TEXT_LENGTH_MAX

Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["level"])]
Length = Annotated[int, Meta(ge=0, le=TEXT_LENGTH_MAX)]
Count = Annotated[int, Meta(ge=0, le=CHOICES_MAX)]
WholeBound = Annotated[int, Meta(ge=-NUMBER_MAX, le=NUMBER_MAX)]
Bound = WholeBound | Annotated[float, Meta(ge=-NUMBER_MAX, le=NUMBER_MAX)]
Choice = Annotated[str, Meta(min_length=1, max_length=200)]
Choices = Annotated[list[Choice], Meta(min_length=2, max_length=CHOICES_MAX)]


class ShownIf(In):
    """The field is shown, and asked for, only if another field has one of these values."""

    field: Code
    """A yes-or-no question, or a choice. Fields that are not shown themselves have no value."""
    any_of: Annotated[list[bool | str], Meta(min_length=1, max_length=CHOICES_MAX)]
    """For a list of choices: it contains one of them."""


class FormField(In, omit_defaults=True, tag_field="type"):
    """What all fields can have. Their other keywords are those of JSON Schema, draft 2020-12."""

    shown_if: ShownIf | None = field(default=None, name="x-shown-if")


class TextField(FormField, tag="string", kw_only=True):
    """A text, one choice, a date or a file."""

    enum: Choices | None = None
    """One of these. Codes; `ui` has their words."""
    format: Literal["date", "attachment"] | None = None
    """`date`: 2026-03-02. `attachment`: id of a file of this visit."""
    pattern: Annotated[str, Meta(max_length=PATTERN_LENGTH_MAX)] | None = None
    """A regular expression without look-around and back-references. `^` and `$` are not added."""
    min_length: Length | None = field(default=None, name="minLength")
    max_length: Length | None = field(default=None, name="maxLength")
    """Default: 2000."""


class NumberField(FormField, tag="number", kw_only=True):
    minimum: Bound | None = None
    maximum: Bound | None = None


class WholeNumberField(FormField, tag="integer", kw_only=True):
    minimum: WholeBound | None = None
    maximum: WholeBound | None = None


class YesNoField(FormField, tag="boolean", kw_only=True):
    pass


class ListItem(In, omit_defaults=True, tag_field="type", tag="string", kw_only=True):
    enum: Choices | None = None
    format: Literal["attachment"] | None = None


class ListField(FormField, tag="array", kw_only=True):
    """Several choices, or several files. None is there twice."""

    items: ListItem
    min_items: Count | None = field(default=None, name="minItems")
    max_items: Count | None = field(default=None, name="maxItems")


AnyField = TextField | NumberField | WholeNumberField | YesNoField | ListField


class FormSchema(In, tag_field="type", tag="object", kw_only=True):
    """The questions as a JSON Schema, in the part of draft 2020-12 that is described here."""

    properties: Annotated[dict[Code, AnyField], Meta(min_length=1, max_length=FIELDS_MAX)]
    required: Annotated[list[Code], Meta(max_length=FIELDS_MAX)] = []
    """A field with `x-shown-if` is required only while it is shown."""


class Words(In, omit_defaults=True):
    ru: Name
    en: Name | None = None
    """Default: as in Russian."""


class FieldWords(In, omit_defaults=True):
    label: Words
    help: Words | None = None
    choices: dict[Choice, Words] = {}
    """Words of the codes in `enum`. A code without words is shown as it is."""


class FormUi(In, omit_defaults=True):
    """How a phone shows the form."""

    order: Annotated[list[Code], Meta(max_length=FIELDS_MAX)]
    """Each field once."""
    fields: dict[Code, FieldWords]


class FormDefinition(In):
    schema: FormSchema
    ui: FormUi


class CreateForm(In):
    code: Code
    name: Words
    draft: FormDefinition


class ChangeForm(Patch):
    name: Words | UnsetType = UNSET
    draft: FormDefinition | UnsetType = UNSET
    """Phones see it when it is published."""


class FormVersionOut(Out):
    """A version never changes. Answers are judged by the version that was filled in."""

    id: UUID
    form_id: UUID
    number: int
    """From 1."""
    version: str
    """Names the version by what it asks. It goes back with the answers."""
    schema: dict[str, Any]
    """A whole JSON Schema, draft 2020-12: any validator judges answers as the server does. `x-shown-if` has become
    `if` and `then`; it is repeated, so that the phone knows what to show."""
    ui: FormUi
    published_at: datetime

    @classmethod
    def of(cls, version: FormVersion) -> Self:
        return cls(
            id=version.id,
            form_id=version.form_id,
            number=version.number,
            version=version.version,
            schema=version.schema,
            ui=msgspec.convert(version.ui, FormUi),
            published_at=version.published_at,
        )


class FormVersionsOut(Out):
    items: list[FormVersionOut]


class FormOut(Out):
    id: UUID
    code: str
    name: Words
    draft: FormDefinition
    published_version: str | None
    """Null: never published, so no phone sees it."""
    published_number: int | None
    is_changed: bool
    """The draft asks something else than what is published."""
    is_retired: bool
    version: int

    @classmethod
    def of(cls, form: Form) -> Self:
        return cls(
            id=form.id,
            code=form.code,
            name=msgspec.convert(form.name, Words),
            draft=msgspec.convert(form.draft, FormDefinition),
            published_version=form.published_version,
            published_number=form.published_number,
            is_changed=form.is_changed,
            is_retired=form.retired_at is not None,
            version=form.row_version,
        )


class FormsOut(Out):
    items: list[FormOut]

    @classmethod
    def of(cls, forms: Sequence[Form]) -> Self:
        return cls(items=[FormOut.of(form) for form in forms])
