"""The period that a report is asked for."""

from datetime import date
from typing import Annotated

from litestar.params import QueryParameter

Since = Annotated[date, QueryParameter(name="from", description="First day")]
Until = Annotated[date, QueryParameter(name="to", description="The day after the last")]
