"""Tables that queries of modules above may read, so that a command can read all its facts in one statement.

Modules above never write these tables. They change them through api.py.
"""

from app.workforce.absences.models import Absence
from app.workforce.bookings.models import VisitBooking
from app.workforce.crews.models import Crew, CrewMember
from app.workforce.people.models import Worker, WorkerTerritory
from app.workforce.shifts.models import Shift
from app.workforce.territories.models import Territory

__all__ = [
    "Absence",
    "Crew",
    "CrewMember",
    "Shift",
    "Territory",
    "VisitBooking",
    "Worker",
    "WorkerTerritory",
]
