from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

import msgspec

from app.field.attachments.models import Attachment
from app.field.attachments.policies import seconds_before
from app.field.attachments.queries import SeenByCamera
from app.field.schemas import Envelope
from app.http.schemas import Moment, Out, Point

Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-fA-F]{64}$", description="SHA-256, hex")]


class DeclareAttachment(Envelope, kw_only=True):
    """A photo or signature that will be sent."""

    purpose: Literal["photo", "photo_act", "signature", "measurement", "sketch", "chat"]
    """`photo_act` is the photo of a paper act; `signature` is the client's, drawn on the screen; `measurement` shows a
    tape at an opening; `sketch` is the drawing of an opening; `chat` goes with a message. Only `photo`, `photo_act` and
    `signature` are proofs of a visit."""
    content_type: Annotated[str, msgspec.Meta(max_length=100)]
    """image/jpeg, image/png, image/webp or image/heic; a signature is image/png."""
    size: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1, description="Bytes")]
    sha256: Sha256
    attachment_id: UUID | None = None
    """Made by the phone (a UUID), so that later commands can name the file while there is no network. The same
    declaration again changes nothing. Null: the server makes it."""
    caption: Annotated[str, msgspec.Meta(max_length=500)] = ""
    captured_at: Moment | None = None
    """When the signature was drawn or the photo taken, by the phone's clock. Counts together with `sent_at`."""


class UploadOut(Out):
    """Where the bytes go."""

    method: str
    url: str
    """Path on this server, for all bytes in one request."""
    chunks_url: str
    """Path on this server, for the same bytes in chunks: PATCH sends the next one, GET or HEAD says how far it is."""
    expires_at: datetime


class AttachmentOut(Out):
    id: UUID
    job_id: UUID
    visit_id: UUID
    purpose: str
    caption: str
    content_type: str
    size: int
    sha256: str
    width_px: int | None
    height_px: int | None
    taken_at: datetime | None
    """By the camera's clock."""
    captured_at: datetime | None
    """When it was drawn or taken, by the phone's clock, which was corrected by ours. Null: the phone did not tell."""
    author_id: UUID
    stored_at: datetime | None
    """Null until the declared bytes are stored."""
    content_url: str
    """Path on this server. GET it once the file is stored."""
    preview_url: str
    """Path on this server of a small JPEG; with `?size=large` of one that fills a screen. Made soon after the file is
    stored."""
    upload: UploadOut | None
    """Null once stored."""

    @classmethod
    def of(cls, attachment: Attachment) -> Self:
        content_url = f"/api/v1/attachments/{attachment.id}/content"
        return cls(
            id=attachment.id,
            job_id=attachment.job_id,
            visit_id=attachment.visit_id,
            purpose=attachment.purpose,
            caption=attachment.caption,
            content_type=attachment.content_type,
            size=attachment.size,
            sha256=attachment.sha256.hex(),
            width_px=attachment.width_px,
            height_px=attachment.height_px,
            taken_at=attachment.taken_at,
            captured_at=attachment.captured_at,
            author_id=attachment.author_id,
            stored_at=attachment.stored_at,
            content_url=content_url,
            preview_url=f"/api/v1/attachments/{attachment.id}/preview",
            upload=_upload_of(attachment),
        )


def _upload_of(attachment: Attachment) -> UploadOut | None:
    if attachment.expires_at is None:
        return None
    url = f"/api/v1/attachments/{attachment.id}"
    return UploadOut(
        method="PUT", url=f"{url}/content", chunks_url=f"{url}/upload", expires_at=attachment.expires_at
    )


class CameraEvidenceOut(Out):
    """What the camera wrote of a photo, beside what else is known. Facts and no judgement: a camera's clock can be
    wrong, and a photo may come from another phone."""

    attachment_id: UUID
    purpose: str
    author_id: UUID
    taken_at: datetime | None
    """By the camera's clock. Null: it did not say."""
    has_taken_zone: bool | None
    """Whether the camera told its time zone. False: it was taken to be the company's."""
    said_at: datetime
    """When the photo was taken as the phone's command has it, or else when it was declared."""
    seconds_before: int | None
    """`said_at` minus `taken_at`. Large for a photo out of the album, negative if the camera's clock is ahead."""
    point: Point | None
    """Where the camera says it was. Null also if its author might not be tracked when the photo was taken."""
    altitude_m: float | None
    distance_m: int | None
    """From `point` to the site, in a straight line."""
    camera_make: str | None
    camera_model: str | None

    @classmethod
    def of(cls, seen: SeenByCamera) -> Self:
        attachment = seen.attachment
        said_at = attachment.captured_at or attachment.declared_at
        return cls(
            attachment_id=attachment.id,
            purpose=attachment.purpose,
            author_id=attachment.author_id,
            taken_at=attachment.taken_at,
            has_taken_zone=attachment.has_taken_zone,
            said_at=said_at,
            seconds_before=seconds_before(attachment.taken_at, said_at),
            point=Point.at(seen.point) if seen.point is not None else None,
            altitude_m=seen.altitude_m,
            distance_m=None if seen.distance_m is None else round(seen.distance_m),
            camera_make=attachment.camera_make,
            camera_model=attachment.camera_model,
        )


class CameraEvidencesOut(Out):
    items: list[CameraEvidenceOut]
