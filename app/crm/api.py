"""Everything other modules may call in crm."""

from app.crm.cases.gatekeeper import PromotionGate
from app.crm.invites.gatekeeper import InvitationGate
from app.crm.statuses.rebuild import rebuild as rebuild_statuses

__all__ = ["InvitationGate", "PromotionGate", "rebuild_statuses"]
