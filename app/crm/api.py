"""Everything other modules may call in crm."""

from app.crm.invites.gatekeeper import InvitationGate
from app.crm.statuses.rebuild import rebuild as rebuild_statuses

__all__ = ["InvitationGate", "rebuild_statuses"]
