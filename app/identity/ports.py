"""What identity needs from modules above it; `main` plugs it in."""

from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from app.db.session import Session


@runtime_checkable
class SendLoginCode(Protocol):
    """Plan the SMS with a sign-in code, in the caller's transaction.

    The code must not travel in an event: events are kept and shown.
    """

    async def __call__(
        self,
        session: Session,
        *,
        company_id: UUID,
        user_id: UUID,
        phone: str,
        lang: str,
        code: str,
        login_code_id: UUID,
        now: datetime,
    ) -> None: ...
