"""Tables and parts of statements that queries of modules above may read.

Modules above never write these tables.
"""

from app.field.client_history.queries import HISTORY

__all__ = ["HISTORY"]
