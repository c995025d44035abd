from typing import Annotated, Literal, Self
from uuid import UUID

import msgspec

from app.core.quantities import number_of
from app.documents.api import ActOut, PassportOut, SignedAct, WorkLeft
from app.field.attachments.schemas import Sha256
from app.field.schemas import Envelope, FieldCommand
from app.http.schemas import In, Out, Quantity, read_quantity

ShortText = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Said = Annotated[
    str, msgspec.Meta(max_length=200, pattern=r"^(?=.*\S)[^\x00-\x1f]+$", description="Not empty")
]


Remarks = Annotated[
    str,
    msgspec.Meta(
        max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$", description="Blank: there are none"
    ),
]


class WorkDoneIn(In):
    """One line of an act: a work from the price list and its quantity."""

    work_code: Annotated[str, msgspec.Meta(max_length=40)]
    quantity: Quantity
    comment: ShortText = ""

    def __post_init__(self) -> None:
        read_quantity(self.quantity)


class ProductIn(In):
    """An installed product. It gets a tag and a passport when the act is signed."""

    name: Said
    kind: Literal["window", "door", "balcony", "net", "sill", "other"]
    opening_label: ShortText = ""
    """Label of the opening on the measurement sheet, if it was measured."""
    serial: ShortText = ""
    manufacturer: ShortText = ""
    profile: ShortText = ""
    glass: ShortText = ""
    hardware: ShortText = ""
    warranty_months: Annotated[int, msgspec.Meta(ge=0, le=600)] | None = None
    """The product's own warranty. Default: the longest warranty of the works on the act."""

    def __post_init__(self) -> None:
        self.opening_label = self.opening_label.strip()


class AgreedWorkOut(Out):
    """A work of the contract that no signed act has taken yet: an act begins with it."""

    work_code: str
    name_ru: str
    name_en: str
    unit: str
    quantity: float
    """What is left of it, in the unit."""

    @classmethod
    def of(cls, left: WorkLeft) -> Self:
        return cls(
            work_code=left.work_code,
            name_ru=left.name_ru,
            name_en=left.name_en,
            unit=left.unit,
            quantity=number_of(left.quantity),
        )


class PresentAct(Envelope, kw_only=True):
    lines: Annotated[list[WorkDoneIn], msgspec.Meta(min_length=1, max_length=100)]
    products: Annotated[list[ProductIn], msgspec.Meta(max_length=50)] = []
    lang: Literal["ru", "en"] | None = None
    """The language of the act. Default: the client's language."""
    is_ahead: bool | msgspec.UnsetType = msgspec.UNSET
    """The phone draws it up unasked, with all works of the contract that are left. Refused with `work_is_shared` while
    another visit may do some of them."""


class SignAct(FieldCommand, kw_only=True):
    """The client has drawn his signature on the screen."""

    signer_name: Said
    signature_attachment_id: UUID
    """A stored attachment of this visit with the purpose `signature`."""
    signature_sha256: Sha256 | None = None
    """Of its bytes, as the phone has them. A signature with other bytes is refused."""
    content_hash: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    """`content_hash` of the act the client has seen."""
    remarks: Remarks | msgspec.UnsetType = msgspec.UNSET
    """What does not satisfy the client although he accepts the work, in his words. They are signed with the act
    and printed on it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.remarks is not msgspec.UNSET and not self.remarks.strip():
            self.remarks = msgspec.UNSET


class RefuseAct(Envelope, kw_only=True):
    reason: Said


class SignedActOut(ActOut):
    passports: list[PassportOut]

    @classmethod
    def of_signed(cls, signed: SignedAct, *, public_url: str) -> Self:
        return cls(
            **msgspec.structs.asdict(ActOut.of(signed.act)),
            passports=[PassportOut.of(one, public_url=public_url) for one in signed.passports],
        )
