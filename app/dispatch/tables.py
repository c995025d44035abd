"""Tables that a query of a module above may read, when a command reads all its facts in one statement.

Nobody above writes them: what changes here goes through api.py.
"""

from app.dispatch.visits.models import Visit

__all__ = ["Visit"]
