"""Tables that a query of a module above may read, when a command reads all its facts in one statement.

Nobody above writes them: what changes here goes through api.py.
"""

from app.orders.job_types.models import JobType
from app.orders.jobs.models import Job
from app.orders.measurements.models import Measurement

__all__ = ["Job", "JobType", "Measurement"]
