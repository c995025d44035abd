"""Tables that a query of a module above may read, when a command reads all its facts in one statement.

Nobody above writes them: what changes here goes through api.py.
"""

from app.clients.cards.models import Client, ClientContact, Site

__all__ = ["Client", "ClientContact", "Site"]
