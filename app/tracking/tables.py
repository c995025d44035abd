"""Tables that queries of modules above may read, so that a command can read all its facts in one statement.

Modules above never write these tables.
"""

from app.tracking.facts.models import TrackDerivation, TrackFact

__all__ = ["TrackDerivation", "TrackFact"]
