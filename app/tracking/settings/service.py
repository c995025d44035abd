from collections.abc import Mapping
from typing import Any

from app.contracts.tracking import ShortestStopChanged
from app.core.errors import DomainError
from app.core.scope import Scope
from app.db.card_changes import note_change
from app.db.outbox import announce
from app.db.session import Session
from app.http.versions import check_version
from app.tracking.consents.service import read_words
from app.tracking.settings.models import TrackingSettings
from app.tracking.settings.queries import get_settings
from app.tracking.settings.values import KEPT_DAYS, SHORTEST_STOP_S


class KeptLongerThanAgreed(DomainError):
    """The words that workers agree to let positions be kept for `limit` days. First give the company a text that names
    more days: whoever agrees to it agrees to them."""

    status = 422
    code = "kept_longer_than_agreed"


async def change_settings(
    session: Session, scope: Scope, *, changes: Mapping[str, Any], if_match: str | None
) -> TrackingSettings:
    """Change what the company has set for tracking.

    Raises:
        VersionRequired, VersionConflict: it has been changed since it was read.
        KeptLongerThanAgreed: the present consent text lets positions be kept for fewer days.
    """
    settings = await get_settings(session, scope.company_id, lock=True)
    check_version(if_match, settings.row_version if settings else 0)
    if (kept_days := changes.get("kept_days", 0)) > (settings.kept_days if settings else KEPT_DAYS):
        await _check_agreed(session, scope, kept_days)
    if settings is None:
        settings = TrackingSettings(
            company_id=scope.company_id, kept_days=KEPT_DAYS, shortest_stop_s=SHORTEST_STOP_S
        )
        session.add(settings)
    was_s = settings.shortest_stop_s
    for field, value in changes.items():
        note_change(
            session, "company", scope.company_id, f"tracking_{field}", was=getattr(settings, field), now=value
        )
        setattr(settings, field, value)
    if settings.shortest_stop_s != was_s:
        await announce(session, scope.company_id, ShortestStopChanged())
    await session.flush()  # the answer names the new version
    return settings


async def _check_agreed(session: Session, scope: Scope, kept_days: int) -> None:
    words = await read_words(session, scope.company_id)
    if kept_days > words.kept_days:
        raise KeptLongerThanAgreed(limit=words.kept_days, text_version=words.version)
