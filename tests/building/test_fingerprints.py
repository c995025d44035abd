"""A command that was applied before an upgrade comes again after it, and must still mean the same to the ledger."""

from collections.abc import Iterator

import msgspec
import pytest
from msgspec import inspect

from app.core.canonical import canonical_json
from app.core.ids import uuid7
from app.field.acts.schemas import SignAct
from app.field.commands.ledger import ENVELOPE
from app.field.push.registry import KINDS
from app.http.idempotency import meaning_of
from tests.cast import NOON

pytestmark = pytest.mark.covers("M29", "P-rel-5")

WRITTEN = {
    "AnswerForm": "base is_finished",
    "AnswerSignal": "comment",
    "ArchIn": "radius_mm",
    "CompleteVisit": "comment partially",
    "DeclareAttachment": "attachment_id caption captured_at",
    "DeclineVisit": "comment",
    "DepartForVisit": "eta_minutes",
    "FieldUseCorrectionIn": "base",
    "NotCompleteVisit": "comment",
    "OpeningIn": "arch comment corners diagonal_1_mm diagonal_2_mm fan height_left_mm height_middle_mm height_right_mm "
    "mosquito_net photos product quarter_mm reasons room shape sill_mm slope_mm triangle width_bottom_mm "
    "width_middle_mm width_top_mm",
    "OpeningPhotoIn": "purpose",
    "PauseVisit": "comment",
    "PersonSaid": "at",
    "PresentAct": "lang products",
    "ProductIn": "glass hardware manufacturer opening_label profile serial warranty_months",
    "RecordPresence": "comment",
    "SendChatMessage": "corrects_id for_dispatcher photos text",
    "SignAct": "signature_sha256",
    "SubmitMeasurement": "comment",
    "TakePayment": "pays_for reason receipt_ref",
    "TriangleIn": "height_mm",
    "UseMaterials": "corrections lines",
    "UsedIn": "use_id",
    "WorkDoneIn": "comment",
}
"""Fields whose default is part of the fingerprint. Commands with them were stored with them, so the list only shrinks
with a field that goes."""


def with_defaults(kind: inspect.Type) -> Iterator[tuple[str, str]]:
    """Each field of a body, and of what is in it, that writes a default into the fingerprint."""
    match kind:
        case inspect.StructType():
            for field in kind.fields:
                if field.encode_name in ENVELOPE:
                    continue
                if has_default(field):
                    yield kind.cls.__name__, field.encode_name
                yield from with_defaults(field.type)
        case inspect.UnionType():
            for one in kind.types:
                yield from with_defaults(one)
        case inspect.ListType() | inspect.VarTupleType() | inspect.SetType():
            yield from with_defaults(kind.item_type)
        case inspect.DictType():
            yield from with_defaults(kind.value_type)
        case inspect.Metadata():
            yield from with_defaults(kind.type)


def has_default(field: inspect.Field) -> bool:
    """`UNSET` is none: it is not written."""
    return any(one is not msgspec.NODEFAULT for one in (field.default, field.default_factory))


def test_a_new_field_of_a_command_changes_no_fingerprint_of_commands_without_it():
    """Give the field the default UNSET instead of adding it to the list."""
    found = {pair for kind in KINDS.values() for pair in with_defaults(inspect.type_info(kind.body))}

    assert found == {(name, field) for name, fields in WRITTEN.items() for field in fields.split()}


@pytest.mark.parametrize("remarks", [{}, {"remarks": ""}, {"remarks": " \n"}])
def test_a_signature_without_remarks_means_what_it_meant_before_there_were_any(remarks):
    said = {"signer_name": "Анна", "signature_attachment_id": str(uuid7()), "content_hash": "0" * 64}
    sent = said | {"command_id": str(uuid7()), "occurred_at": NOON.isoformat()} | remarks

    meaning = meaning_of(msgspec.convert(sent, SignAct), besides=ENVELOPE)

    assert meaning == canonical_json(said | {"signature_sha256": None})
