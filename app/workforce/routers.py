"""Every router of this module."""

from litestar import Router

from app.workforce.absences.routes import router as absences
from app.workforce.crews.routes import router as crews
from app.workforce.people.routes import router as people
from app.workforce.shifts.routes import router as shifts
from app.workforce.skills.routes import router as skills
from app.workforce.territories.routes import router as territories

routers: list[Router] = [crews, shifts, absences, people, skills, territories]
