from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.core.scope import Scope
from app.db.card_changes import note_change
from app.db.session import Session
from app.dispatch.confirmation.models import ConfirmationSettings
from app.dispatch.confirmation.policies import Rules
from app.dispatch.confirmation.queries import get_settings
from app.dispatch.visits.queries import look_at_visits_ahead
from app.http.versions import check_version


async def change_settings(
    session: Session, scope: Scope, *, changes: Mapping[str, Any], if_match: str | None, now: datetime
) -> ConfirmationSettings:
    """Change when clients are asked and reminded. It holds for visits that are booked already, too.

    Raises:
        VersionRequired, VersionConflict: it has been changed since it was read.
    """
    settings = await get_settings(session, scope.company_id, lock=True)
    check_version(if_match, settings.row_version if settings else 0)
    if settings is None:
        settings = ConfirmationSettings(company_id=scope.company_id, **Rules()._asdict())
        session.add(settings)
    for field, value in changes.items():
        was = getattr(settings, field)
        note_change(session, "company", scope.company_id, f"confirmation_{field}", was=was, now=value)
        setattr(settings, field, value)
    await session.flush()  # the answer names the new version
    await look_at_visits_ahead(session, scope.company_id, now=now)
    return settings
