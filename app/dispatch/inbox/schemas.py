from datetime import datetime
from typing import Any, Self
from uuid import UUID

from app.core.i18n import text
from app.dispatch.inbox.models import InboxItem
from app.http.schemas import Out


class InboxItemOut(Out):
    id: UUID
    audience: str
    kind: str
    title: str
    """In the reader's language."""
    subject_kind: str
    subject_id: UUID
    params: dict[str, Any]
    created_at: datetime
    done_at: datetime | None
    done_by: UUID | None

    @classmethod
    def of(cls, item: InboxItem, lang: str) -> Self:
        return cls(
            id=item.id,
            audience=item.audience,
            kind=item.kind,
            title=text(lang, "inbox", item.kind, **item.params),
            subject_kind=item.subject_kind,
            subject_id=item.subject_id,
            params=item.params,
            created_at=item.created_at,
            done_at=item.done_at,
            done_by=item.done_by,
        )
