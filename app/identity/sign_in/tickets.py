"""The request id of a sign-in code is encrypted: it reveals nothing, not even whether the phone is known."""

import base64
import os
from datetime import datetime
from functools import cache
from typing import Annotated
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12


class Ticket(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """What the server wants back with the code. It is made without looking whether anybody has the phone."""

    company_id: UUID
    """The chosen one, or an id made up."""
    login_code_id: UUID
    phone: str
    is_company_chosen: bool
    expires_at: datetime
    asker: str
    """A hash, so that the length of the ticket does not reveal whether a device or an address asked."""
    asker_known: Annotated[int, msgspec.Meta(ge=0, le=2)]
    """A `Known`."""

    def chosen_company_id(self) -> UUID | None:
        return self.company_id if self.is_company_chosen else None


@cache
def _cipher(secret_key: str) -> AESGCM:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"brigada login tickets")
    return AESGCM(key.derive(secret_key.encode()))


def seal(secret_key: str, ticket: Ticket) -> str:
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + _cipher(secret_key).encrypt(nonce, msgspec.msgpack.encode(ticket), None)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def unseal(secret_key: str, request_id: str) -> Ticket | None:
    """None for what this server did not encrypt, or what an older version wrote with other fields."""
    try:
        sealed = base64.urlsafe_b64decode(request_id + "=" * (-len(request_id) % 4))
        opened = _cipher(secret_key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
        return msgspec.msgpack.decode(opened, type=Ticket)
    except (InvalidTag, ValueError, msgspec.ValidationError):
        return None
