from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from app.core.clock import happened_at
from app.dispatch.api import Said, Statement
from app.field.schemas import FieldCommand, check_device_time
from app.field.work.schemas import Comment
from app.http.schemas import In, Moment, Out


class PersonSaid(In):
    """What the phone says of one worker."""

    worker_id: UUID
    said: Said
    """came (also confirms that he is there), left, or absent: he was not there at all."""
    at: Moment | None = None
    """When he came or left, by the phone's clock. Default: when the worker tapped."""

    def __post_init__(self) -> None:
        if self.at is not None:
            check_device_time(self.at)


class RecordPresence(FieldCommand, kw_only=True):
    """Who came, who left, who was not there."""

    people: Annotated[list[PersonSaid], msgspec.Meta(min_length=1, max_length=20)]
    comment: Comment = ""

    def statements(self, now: datetime) -> list[Statement]:
        """The newest for each worker, at times by the server's clock."""
        said = {
            one.worker_id: Statement(one.worker_id, one.said, self._time(one, now)) for one in self.people
        }
        return list(said.values())

    def _time(self, person: PersonSaid, now: datetime) -> datetime | None:
        return person.at and happened_at(person.at, sent_at=self.sent_at, received_at=now)


class ColleagueOut(Out):
    id: UUID
    name: str
