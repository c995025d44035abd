"""A visit with everything that is said to its client."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.dispatch.telling.policies import Truth, Window
from app.dispatch.visits.policies import phase_of
from app.dispatch.visits.states import who_comes

CLIENT_REFUSED = "client_refused"
"""The worker's reason for a visit that the client himself ended."""


class VisitToTell(NamedTuple):
    """A visit with everything the texts to its client contain."""

    visit_id: UUID
    status: str
    status_reason: str | None
    window_starts_at: datetime
    window_ends_at: datetime
    worker_id: UUID | None
    crew_id: UUID | None
    departed_at: datetime | None
    expected_at: datetime | None
    worker: str | None
    crew: str | None
    job_id: UUID
    job_kind: str
    client_id: UUID
    lang: str
    phone: str | None
    address: str
    apartment: str
    has_other_sites: bool
    site_zone: str
    company: str
    company_zone: str
    sms_sender: str

    @property
    def truth(self) -> Truth:
        return Truth(
            phase=phase_of(self.status),
            window=Window(self.window_starts_at, self.window_ends_at),
            who=who_comes(self.status, self.worker_id, self.crew_id),
            crew=self.crew_id,
            departed_at=self.departed_at,
            expected_at=self.expected_at,
            client_knows=(self.status_reason or "").partition(":")[0] == CLIENT_REFUSED,
        )
