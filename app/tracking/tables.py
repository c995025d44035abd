"""Tables that queries of modules above may read, so that a command can read all its facts in one statement.

Modules above never write these tables. They change them through api.py.
"""

from app.tracking.facts.models import ArrivalProposal, TrackDerivation, TrackFact
from app.tracking.pings.models import LastPosition, Ping, TrackDay

__all__ = ["ArrivalProposal", "LastPosition", "Ping", "TrackDay", "TrackDerivation", "TrackFact"]
