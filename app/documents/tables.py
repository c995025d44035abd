"""Tables that queries of modules above may read, so that a command can read all its facts in one statement.

Modules above never write these tables. They change documents through api.py.
"""

from app.documents.acts.models import Act
from app.documents.client_history.queries import HISTORY
from app.documents.passports.models import Passport

__all__ = ["HISTORY", "Act", "Passport"]
