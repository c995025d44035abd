"""Which messages of plans invite to a visit, and when one that cannot go yet is looked at again. Pure."""

from datetime import datetime, timedelta

from app.crm.plans.values import Anchor, PlanContent, TouchStep, Trigger
from app.notifications.api import LegalClass


def invites(step: TouchStep, content: PlanContent, legal_class: LegalClass) -> bool:
    """Whether a message invites to a visit: advertising that says so, or that is about something that comes due."""
    if step.message is None or legal_class != LegalClass.MARKETING:
        return False
    is_about_need = content.audience.trigger == Trigger.TRACK or step.delay.anchor == Anchor.DUE
    return step.message.invites or is_about_need


def next_look(*, now: datetime, dies_at: datetime, days: int = 1) -> datetime | None:
    """When it is looked again whether he can be invited. None: it would come too late then."""
    at = now + timedelta(days=days)
    return at if at < dies_at else None
