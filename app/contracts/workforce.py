"""Events about the people who go to clients."""

from uuid import UUID

from app.contracts.event import Event


class AvailabilityChanged(Event, frozen=True, kw_only=True):
    """When, where or for what a worker can be sent has changed: shifts, absences, skills, territories."""

    kind = "workforce.availability_changed"
    worker_id: UUID


class CrewChanged(Event, frozen=True, kw_only=True):
    """A crew is new, or has another name, foreman, vehicle or other members."""

    kind = "workforce.crew_changed"
    crew_id: UUID


class CrewActivityChanged(Event, frozen=True, kw_only=True):
    """A crew was dissolved, or works again."""

    kind = "workforce.crew_activity_changed"
    crew_id: UUID
