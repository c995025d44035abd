from collections.abc import Mapping
from typing import Any

import msgspec

from app.core.scope import Scope
from app.db.card_changes import note_change
from app.db.session import Session
from app.http.versions import check_version
from app.notifications.settings.models import MessageSettings
from app.notifications.settings.queries import get_settings


async def change_settings(
    session: Session, scope: Scope, *, changes: Mapping[str, Any], if_match: str | None
) -> MessageSettings:
    """Change what the company has set for its messages. Messages that wait are judged by it when they are due.

    Raises:
        VersionRequired, VersionConflict: it has been changed since it was read.
    """
    settings = await get_settings(session, scope.company_id, lock=True)
    check_version(if_match, settings.row_version if settings else 0)
    if settings is None:
        settings = MessageSettings(company_id=scope.company_id, segment_price_kop=None, rules=None)
        session.add(settings)
    if "segment_price_kop" in changes:
        _set(session, scope, settings, "segment_price_kop", changes["segment_price_kop"])
    rules = {name: changes[name] for name in ("hours", "caps") if name in changes}
    if rules:
        _set(session, scope, settings, "rules", (settings.rules or {}) | msgspec.to_builtins(rules))
    await session.flush()  # the answer names the new version
    return settings


def _set(session: Session, scope: Scope, settings: MessageSettings, field: str, value: Any) -> None:
    was = getattr(settings, field)
    note_change(session, "company", scope.company_id, f"message_{field}", was=was, now=value)
    setattr(settings, field, value)
