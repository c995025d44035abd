"""A visit with everything that is said to its client."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.dispatch.confirmation.policies import Rules, Touches
from app.dispatch.telling.policies.notices import Truth, Window
from app.dispatch.visits.policies import Phase, phase_of
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
    worker_is_active: bool | None
    """None: nobody is asked by himself."""
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
    client_answer: str | None
    client_answered_at: datetime | None
    is_new_client: bool
    is_client: bool
    """False: his card says that he only supplies."""
    phone_to_call: str | None
    rules: Rules
    numbers: frozenset[str]
    """All phones of the client."""

    @property
    def needs_new_time(self) -> bool:
        """It failed, and not because the client did not want it."""
        return self.truth.phase == Phase.FAILED and not self.truth.client_knows

    @property
    def truth(self) -> Truth:
        """Whoever was dismissed does not come, although the visit is his until the office gives it to another."""
        phase = phase_of(self.status)
        has_left = self.crew_id is None and self.worker_is_active is False
        return Truth(
            phase=Phase.AHEAD if has_left and phase == Phase.ON_THE_WAY else phase,
            window=Window(self.window_starts_at, self.window_ends_at),
            who=None if has_left else who_comes(self.status, self.worker_id, self.crew_id),
            departed_at=self.departed_at,
            expected_at=self.expected_at,
            client_knows=(self.status_reason or "").partition(":")[0] == CLIENT_REFUSED,
            answer=self.client_answer,
            answered_at=self.client_answered_at,
            is_new_client=self.is_new_client,
        )

    @property
    def touches(self) -> Touches:
        return Touches(self.rules, window_starts_at=self.window_starts_at, zone=self.site_zone)
