"""What a phone can command. A slice makes its `Kind`s in its `commands.py`, and `field/push/registry.py` lists them.

How to add a kind:

1. Its body extends `FieldCommand` (`Envelope`, if old apps do not send a command id).
2. A handler `async def send_note(session, sent: Sent[SendNote]) -> NoteOut`, and beside it
   `SEND_NOTE = Kind("send_note", SendNote, Subject.VISIT, send_note)`. The name is the operation in snake case. The
   handler gets a `Work` instead if the kind says `runs_in=Runs.WORK`. It does not look whether the command came
   before: the ledger does.
3. The route asks for `door: NamedDependency[Door]` and answers `await door.carry_out(SEND_NOTE, visit_id, data)`. It
   asks for no `session`, `work` or `once`, and names `CommandReused` and `NumberUsed` in `@refuses`.
4. A line in `KINDS` of `field/push/registry.py`: from now on the batch of a phone takes it too.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from obstore.store import ObjectStore

from app.core.errors import DomainError
from app.core.scope import Scope
from app.core.settings import Settings
from app.db.session import Session
from app.field.schemas import Envelope
from app.http.dependencies import Transactions
from app.tracking.api import PlaceRefused

B = TypeVar("B", bound=Envelope)
A = TypeVar("A")


class Subject(StrEnum):
    """What a command is about."""

    VISIT = "visit"
    ACT = "act"
    JOB = "job"
    SIGNAL = "signal"
    TIME_CORRECTION = "time_correction"
    WORKER = "worker"
    """Himself: consent, private time, a shift."""


class Runs(StrEnum):
    """What kind of transaction the handler takes."""

    SESSION = "session"
    WORK = "work"


class Sent(NamedTuple, Generic[B]):
    """A command as its handler gets it."""

    caller: Scope
    subject_id: UUID
    body: B
    now: datetime
    command_id: UUID
    """That of the body. If it has none, the server has made one."""
    settings: Settings
    prepared: Any = None
    """What `Kind.prepare` has answered."""
    place_refused: PlaceRefused | None = None
    """Why the place that came with it is left out. It is not in `body` any more."""


class Preparing(NamedTuple):
    """What may be used before the transaction of a command begins: files, and transactions of its own."""

    caller: Scope
    subject_id: UUID
    transactions: Transactions
    files: ObjectStore


def never(_: DomainError) -> bool:
    return False


class Kind(NamedTuple, Generic[B, A]):
    """One kind of command."""

    name: str
    """The operation of its route in snake case. Phones and the ledger know it: it never changes."""
    body: type[B]
    subject: Subject
    handler: Callable[[Any, Sent[B]], Awaitable[A]]
    runs_in: Runs = Runs.SESSION
    status: int = 200
    """HTTP status of the answer when it is applied."""
    waits_for: Callable[[DomainError], bool] = never
    """Whether a refusal passes by itself: what is missing comes by another way. In a batch the command waits."""
    is_of_content: Callable[[DomainError], bool] = never
    """Whether a refusal is about what the command says, and not about the state: it is never a conflict."""
    brings_files: bool = False
    """What an earlier command waits for may come by it. So in a batch it does not wait for that command."""
    prepare: Callable[[Preparing], Awaitable[Any]] | None = None
    """What must be done before the transaction begins, because it is slow."""
    retell: Callable[[Session, Sent[B]], Awaitable[A]] | None = None
    """The answer to a command that was applied before there was a ledger."""

    @property
    def operation(self) -> str:
        """The operation id of its route: `accept_visit` is `acceptVisit`."""
        first, *others = self.name.split("_")
        return first + "".join(word.capitalize() for word in others)
