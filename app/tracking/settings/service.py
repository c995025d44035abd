from collections.abc import Mapping
from typing import Any

from app.core.scope import Scope
from app.db.card_changes import note_change
from app.db.session import Session
from app.http.versions import check_version
from app.tracking.settings.models import TrackingSettings
from app.tracking.settings.queries import KEPT_DAYS, get_settings


async def change_settings(
    session: Session, scope: Scope, *, changes: Mapping[str, Any], if_match: str | None
) -> TrackingSettings:
    """Change what the company has set for tracking.

    Raises:
        VersionRequired, VersionConflict: it has been changed since it was read.
    """
    settings = await get_settings(session, scope.company_id, lock=True)
    check_version(if_match, settings.row_version if settings else 0)
    if settings is None:
        settings = TrackingSettings(company_id=scope.company_id, kept_days=KEPT_DAYS)
        session.add(settings)
    for field, value in changes.items():
        note_change(
            session, "company", scope.company_id, f"tracking_{field}", was=getattr(settings, field), now=value
        )
        setattr(settings, field, value)
    await session.flush()  # the answer names the new version
    return settings
