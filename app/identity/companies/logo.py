"""The company's logo, as it is printed on acts. Its bytes say what it is, not the Content-Type."""

import asyncio
import hashlib
from datetime import datetime
from io import BytesIO

from obstore.store import ObjectStore
from PIL import Image, ImageOps, UnidentifiedImageError

from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.damage import StoredFile, read_stored
from app.db.files import delete_file, file_key, put_file, read_file
from app.http.dependencies import Transactions
from app.identity.companies.queries import get_entered_company

BYTES_MAX = 1_000_000
PIXELS_MAX = 4_000_000
MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}
MODES = {"PNG": "RGBA", "JPEG": "RGB"}


class LogoNotAnImage(DomainError):
    """Neither PNG nor JPEG, broken, or with too many pixels."""

    status = 422
    code = "logo_not_an_image"


async def replace_logo(transactions: Transactions, files: ObjectStore, scope: Scope, *, image: bytes) -> None:
    """Store a new logo, then forget the old one. No transaction is open while the store answers.

    Raises:
        LogoNotAnImage: nothing that could be printed.
    """
    clean, kind = await asyncio.to_thread(_redraw, image)
    key = file_key(scope.company_id, "logo", f"{uuid7()}.{kind.lower()}")
    await put_file(files, key, clean)
    async with transactions(audited=True) as session:
        company = await get_entered_company(session, scope.company_id, lock=True)
        before, company.logo_key = company.logo_key, key
        company.logo_sha256 = hashlib.sha256(clean).digest()
    if before is not None:
        await delete_file(files, before)


async def read_logo(
    transactions: Transactions, files: ObjectStore, scope: Scope, *, now: datetime
) -> tuple[bytes, str]:
    """Bytes and media type.

    Raises:
        NotFound: the company has none.
        FileLost: it is not what was stored.
    """
    async with transactions() as session:
        company = await get_entered_company(session, scope.company_id)
    if company.logo_key is None:
        raise NotFound
    kind = company.logo_key.rpartition(".")[2].upper()
    if company.logo_sha256 is None:
        return await read_file(files, company.logo_key), MEDIA_TYPES[kind]
    stored = StoredFile(
        company.id, "stored_logo", company.logo_key, company.logo_sha256, "company", company.id
    )
    return await read_stored(transactions, files, stored, now=now), MEDIA_TYPES[kind]


def _redraw(image: bytes) -> tuple[bytes, str]:
    """The same picture encoded by us, without metadata or anything appended to the file.

    The size is read from the header, so a small file with a huge picture is refused before it is decoded.
    """
    try:
        with Image.open(BytesIO(image), formats=list(MEDIA_TYPES)) as opened:
            if opened.width * opened.height > PIXELS_MAX:
                raise LogoNotAnImage
            kind = str(opened.format)
            drawn = ImageOps.exif_transpose(opened).convert(MODES[kind])
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise LogoNotAnImage from error
    drawn.info = {}
    out = BytesIO()
    drawn.save(out, kind, quality=90)
    return out.getvalue(), kind
