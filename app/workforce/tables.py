"""Tables that a query of a module above may read, when a command reads all its facts in one statement.

Nobody above writes them: what changes here goes through api.py.
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
