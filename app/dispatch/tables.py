"""Tables that queries of modules above may read, so that a command can read all its facts in one statement.

Modules above never write these tables. They change them through api.py.
"""

from app.dispatch.client_history.queries import HISTORY
from app.dispatch.presence.models import VisitPresence
from app.dispatch.requests.models import ServiceRequest
from app.dispatch.visits.models import Visit, VisitEvent
from app.dispatch.visits.queries import IS_SEEN

__all__ = ["HISTORY", "IS_SEEN", "ServiceRequest", "Visit", "VisitEvent", "VisitPresence"]
