"""The board as its screen shows it. Fields of `BoardVisitOut` and `BoardJobOut` stand in the order of their columns."""

from datetime import date, datetime
from uuid import UUID

from app.http.schemas import Out


class LadderStepOut(Out):
    due_at: datetime
    action: str
    """remind_worker, notify_dispatcher, reoffer_next or notify_supervisor."""
    is_done: bool


class BoardVisitOut(Out):
    id: UUID
    number: int
    """1, 2, … within the job."""
    status: str
    phase: str
    """What the status means for the client: ahead, on_the_way, there, failed or called_off."""
    status_reason: str | None
    starts_at: datetime
    ends_at: datetime
    window_starts_at: datetime
    window_ends_at: datetime
    worker_id: UUID | None
    """The worker it is offered to or who has accepted it. For a crew: its foreman."""
    crew_id: UUID | None
    is_pinned: bool
    """It is not moved or taken from its people: see `pinVisit`."""
    accept_by: datetime | None
    accepted_at: datetime | None
    departed_at: datetime | None
    expected_at: datetime | None
    """When whoever has departed is expected on site. The client was told this time."""
    arrived_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    client_answer: str | None
    """What the client last answered about this time: yes, no, or move for another time."""
    client_answered_at: datetime | None
    is_new_client: bool
    version: int
    job_id: UUID
    job_number: int
    job_status: str
    kind: str
    priority: str
    required_skills: list[str]
    order_id: UUID
    job_type_id: UUID
    job_type_name: str
    client_id: UUID
    client_name: str
    site_id: UUID
    address: str
    lat: float
    lon: float
    territory_ids: list[UUID]
    """Territories in which the site lies."""
    people: list[UUID]
    """Everybody whose time it takes."""
    offered_at: datetime | None
    """When the open or accepted offer was made."""
    runs_in_hours: bool
    """The time to answer runs only in hours in which people can answer."""
    in_spite_of: list[str]
    """Codes of rules that were overruled when it was offered."""
    breaks: list[str]
    """Codes of rules that its people break now, and that nobody has overruled."""
    ladder: list[LadderStepOut]
    """What happens while nobody accepts it. Empty once somebody has."""
    escalated_to: str | None
    """Nobody has accepted it, so the dispatcher or the supervisor must act."""
    escalated_at: datetime | None


class BoardJobOut(Out):
    """A job that needs a time."""

    id: UUID
    number: int
    kind: str
    priority: str
    required_skills: list[str]
    instructions: str
    version: int
    order_id: UUID
    job_type_id: UUID
    job_type_name: str
    duration_min: int
    """Of a visit for a job of this type."""
    client_id: UUID
    client_name: str
    site_id: UUID
    address: str
    lat: float
    lon: float
    territory_ids: list[UUID]
    visits_made: int
    """Earlier visits: canceled, failed or not finished."""
    ready_on: date | None
    """When the windows that it installs are expected. Null: it waits for none."""


class DayLoadOut(Out):
    """How busy somebody is on one day of the company's calendar."""

    day: date
    shift_min: int
    """Minutes in which he is on shift and not absent."""
    booked_min: int
    """Minutes that visits take, in his shifts or beyond them."""
    free_min: int
    """Minutes on shift that no visit takes."""


class BoardWorkerOut(Out):
    id: UUID
    name: str
    roles: list[str]
    skills: list[str]
    territory_ids: list[UUID]
    """An empty list means everywhere."""
    is_active: bool
    load: list[DayLoadOut]
    """One for each day."""


class BoardMemberOut(Out):
    worker_id: UUID
    share: int
    since: datetime | None
    until: datetime | None
    """Exclusive. Null while he stays."""


class BoardCrewOut(Out):
    id: UUID
    name: str
    foreman_id: UUID
    vehicle: str
    is_active: bool
    members: list[BoardMemberOut]
    """Those of the days shown."""


class BoardShiftOut(Out):
    id: UUID
    worker_id: UUID
    starts_at: datetime
    ends_at: datetime


class BoardAbsenceOut(Out):
    id: UUID
    worker_id: UUID
    kind: str
    """vacation, sick, private or break."""
    starts_at: datetime
    ends_at: datetime


class BoardTerritoryOut(Out):
    id: UUID
    name: str


class BoardTrayOut(Out):
    """What still needs a time or somebody to come."""

    jobs: list[BoardJobOut]
    """Jobs that need a time, most urgent and oldest first; at most 200."""
    jobs_total: int
    visits: list[BoardVisitOut]
    """Visits for which nobody is asked, outside the days shown, earliest first; at most 200."""
    visits_total: int


class BoardOut(Out):
    day: date
    days: int
    starts_at: datetime
    ends_at: datetime
    """The days shown are [starts_at, ends_at). A day in which clocks change has 23 or 25 hours."""
    timezone: str
    """Of the company."""
    now: datetime
    """By the server's clock. Deadlines are judged by it."""
    as_of: UUID
    """Follow the live channel with `after` set to this: nothing is missed that happened since."""
    workers: list[BoardWorkerOut]
    """Everybody who works here, and whoever else has a visit or is in a crew in these days. By name."""
    crews: list[BoardCrewOut]
    shifts: list[BoardShiftOut]
    absences: list[BoardAbsenceOut]
    territories: list[BoardTerritoryOut]
    visits: list[BoardVisitOut]
    """Every visit whose time lies in these days, at least in part. By their beginning."""
    counts: dict[str, int]
    """Visits by status."""
    tray: BoardTrayOut


class BoardPartOut(Out):
    """What was asked for, as it stands on the board."""

    now: datetime
    as_of: UUID
    visits: list[BoardVisitOut]
    """Those asked for, whenever they are."""
    jobs: list[BoardJobOut]
    """Jobs of these visits, and of the orders asked for, that need a time now."""
    workers: list[BoardWorkerOut]
    """Those asked for."""
    shifts: list[BoardShiftOut]
    absences: list[BoardAbsenceOut]
