from typing import Self

from app.field.attachments.schemas import AttachmentOut
from app.field.uploads.service import Declared
from app.http.schemas import Out


class UploadProgressOut(Out):
    """How far a declared file has come."""

    offset: int
    """Bytes from the beginning that are safe: the next chunk begins here. `size` does not mean that the file is stored:
    see `attachment.stored_at`."""
    size: int
    """Bytes of the whole file, as declared."""
    attachment: AttachmentOut

    @classmethod
    def of(cls, declared: Declared) -> Self:
        attachment, progress = declared
        return cls(offset=progress.received, size=attachment.size, attachment=AttachmentOut.of(attachment))
