"""Everything other modules may call in crm."""

from app.crm.cases.gatekeeper import PromotionGate
from app.crm.invites.gatekeeper import InvitationGate
from app.crm.statuses.rebuild import rebuild as rebuild_statuses
from app.crm.touches.sending import PlansStillWant

__all__ = ["InvitationGate", "PlansStillWant", "PromotionGate", "rebuild_statuses"]
