"""Tables that queries of modules above may read, so that a command can read all its facts in one statement.

Modules above never write these tables. They change them through api.py.
"""

from app.dispatch.requests.models import ServiceRequest
from app.dispatch.visits.models import Visit
from app.dispatch.visits.queries import IS_SEEN, takes_time_of

__all__ = ["IS_SEEN", "ServiceRequest", "Visit", "takes_time_of"]
