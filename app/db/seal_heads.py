"""Heads of the chain of seals, in the file store: what the database cannot take back."""

import binascii
from typing import Any
from uuid import UUID

import msgspec
import obstore
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from obstore.store import ObjectStore

from app.core.canonical import canonical_json
from app.db.files import FileLost, file_key, put_file, read_file

KIND = "audit-head"
HeadKey = Ed25519PrivateKey
"""Signs the heads, so that whoever can write to the file store cannot make others."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A file: what the seal says, and the signature of its canonical JSON in hex. Null: signed by nobody."""

    says: dict[str, Any]
    signature: str | None


def head_key(hex_digits: str) -> HeadKey | None:
    """The key of the setting AUDIT_KEY. None: heads are not signed."""
    return Ed25519PrivateKey.from_private_bytes(binascii.unhexlify(hex_digits)) if hex_digits else None


def name_of(company_id: UUID, number: int) -> str:
    return file_key(company_id, KIND, f"{number:08d}")


async def has_head(files: ObjectStore, company_id: UUID, number: int) -> bool:
    try:
        await read_file(files, name_of(company_id, number))
    except FileLost:
        return False
    return True


async def write_head(
    files: ObjectStore, company_id: UUID, number: int, says: dict[str, Any], *, key: HeadKey | None
) -> None:
    signature = key.sign(canonical_json(says)).hex() if key else None
    head = Head(says=says, signature=signature)
    await put_file(files, name_of(company_id, number), msgspec.json.encode(head))


async def read_head(files: ObjectStore, company_id: UUID, number: int) -> Head | None:
    """None if there is no such file, or nothing that can be read as a head."""
    try:
        return msgspec.json.decode(await read_file(files, name_of(company_id, number)), type=Head)
    except (FileLost, msgspec.DecodeError):
        return None


def is_signed_by(head: Head, key: HeadKey) -> bool:
    try:
        key.public_key().verify(binascii.unhexlify(head.signature or ""), canonical_json(head.says))
    except (InvalidSignature, binascii.Error):
        return False
    return True


async def last_head(files: ObjectStore, company_id: UUID) -> int:
    """The highest number of a head in the store. 0: there is none."""
    prefix = file_key(company_id, KIND, "")
    found = 0
    async for page in obstore.list(files, prefix=prefix.rstrip("/")):
        for one in page:
            name = one["path"].rpartition("/")[2]
            found = max(found, int(name) if name.isdigit() else 0)
    return found
