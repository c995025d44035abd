"""Everything other modules may call in crm."""

from app.crm.statuses.rebuild import rebuild as rebuild_statuses

__all__ = ["rebuild_statuses"]
