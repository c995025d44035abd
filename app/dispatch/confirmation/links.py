"""Links by which a client answers: each message that asks has its own, and only its hash is stored."""

from datetime import datetime
from typing import NamedTuple, Self
from uuid import UUID

from app.core.changes import Insert
from app.core.settings import Settings
from app.dispatch.confirmation.policies import link_lives_until
from app.documents.api import ACT_CODE_LENGTH, draw_code, read_code
from app.identity.api import keyed_hash


class Links(NamedTuple):
    public_url: str
    secret_key: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(settings.public_url, settings.secret_key)

    def make(self, visit_id: UUID, number: int, *, window_ends_at: datetime) -> tuple[str, Insert]:
        """A new link to the question of this notice: its address, and the row."""
        code = draw_code(ACT_CODE_LENGTH)
        row = {
            "code_hash": self._hash_of(code),
            "visit_id": visit_id,
            "number": number,
            "expires_at": link_lives_until(window_ends_at),
        }
        return f"{self.public_url}/v/{code}", Insert("visit_link", row)

    def read(self, written: str) -> bytes | None:
        """The hash of a code as somebody opened or typed it. None: it can be none of ours."""
        code = read_code(written, ACT_CODE_LENGTH)
        return self._hash_of(code) if code else None

    def _hash_of(self, code: str) -> bytes:
        return keyed_hash(self.secret_key, "visit_link", code)
