"""Tables that queries of modules above may read, so that a command can read all its facts in one statement.

Modules above never write these tables. They change them through api.py.
"""

from app.orders.job_types.models import JobType
from app.orders.jobs.models import Job
from app.orders.measurements.models import Measurement

__all__ = ["Job", "JobType", "Measurement"]
