"""What a touch plan says: for whom it is, when it ends, and its steps.

A company publishes a plan as a whole. A version is never changed. Defaults may be left out.
"""

from datetime import time
from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from app.core.scope import Role
from app.crm.rules.values import Code, Rule, Words
from app.crm.statuses.policies.history import ClientStatus

Names = Annotated[list[Words], Meta(max_length=50)]
Note = Annotated[str, Meta(max_length=1000)]
AtLocal = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["11:00"])]


class Trigger(StrEnum):
    """What brings a client into a plan."""

    REQUEST = "request"
    """He asked for something."""
    PROPOSAL = "proposal"
    """Somebody offered him something."""
    ACT = "act"
    """He signed an act."""
    QUALITY_ANSWER = "quality_answer"
    """He said whether the quality satisfies him."""
    DISAPPOINTMENT = "disappointment"
    """Something disappointed him."""
    STATUS = "status"
    """He came to one of the statuses."""
    TRACK = "track"
    """Something of his comes due."""
    OCCASION = "occasion"
    """A day of the company's calendar: an exhibition, a novelty."""


class Stop(StrEnum):
    """What ends a plan for a client before its last step."""

    PURCHASE_MADE = "purchase_made"
    BOOKING_CREATED = "booking_created"
    REPLIED = "replied"
    """He answered us, by whatever way."""
    OPTED_OUT = "opted_out"
    COMPLAINT_OPENED = "complaint_opened"
    """Something disappointed him."""
    STATUS_CHANGED = "status_changed"
    CONTACT_INVALID = "contact_invalid"
    """He has no phone and no e-mail any more."""
    PROPOSAL_ANSWERED = "proposal_answered"
    """He accepted or refused what he was offered."""


class Unit(StrEnum):
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Anchor(StrEnum):
    """From which moment a step is counted."""

    PREVIOUS = "previous"
    """The end of the step that it follows."""
    EVENT = "event"
    """What brought the client into the plan."""
    DUE = "due"
    """The day on which he is expected again, as it is known then. It may move."""
    READY = "ready"
    """The day on which his order is to be ready, as it is known then. It may move."""
    BIRTHDAY = "birthday"
    """His next one."""


class Span(Rule, frozen=True, kw_only=True):
    """A length of time. Days, weeks and months are of the calendar."""

    amount: Annotated[int, Meta(ge=0, le=1_000)]
    unit: Unit = Unit.DAY


class Delay(Rule, frozen=True, kw_only=True):
    """When a step is due."""

    amount: Annotated[int, Meta(ge=0, le=1_000)] = 0
    unit: Unit = Unit.DAY
    is_before: bool = False
    """So long before the anchor, not after it."""
    anchor: Anchor = Anchor.EVENT
    at_local: AtLocal | None = None
    """Time of day by the client's clocks."""
    weekdays: Annotated[list[Annotated[int, Meta(ge=1, le=7)]], Meta(max_length=7)] = []
    """1 is Monday. Empty: any day. A step that falls on another day waits for the next of these."""

    @property
    def time(self) -> time | None:
        return time.fromisoformat(self.at_local) if self.at_local else None


class Condition(Rule, frozen=True, kw_only=True):
    """A condition of the closed set `conditions.CONDITIONS`. It is asked again just before sending."""

    name: Code
    any_of: Names = []
    number: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    is_not: bool = False
    """It must not hold."""


Conditions = Annotated[list[Condition], Meta(max_length=20)]


class ChannelToTry(Rule, frozen=True, kw_only=True):
    """One channel of several that are tried one after the other."""

    channel: Literal["sms", "email"]
    give_up_after_min: Annotated[int, Meta(ge=1, le=43_200)] | None = None
    """After so many minutes without a delivery the next channel is tried."""


InsteadOfWaiting = Literal["wait", "skip", "task"]


class MessageToSend(Rule, frozen=True, kw_only=True):
    """A step by which the product writes. Its legal class is that of the template."""

    template: Code
    channels: Annotated[list[ChannelToTry], Meta(min_length=1, max_length=4)]
    on_capped: InsteadOfWaiting = "wait"
    """The client has got enough for now: the message waits, is left out, or becomes a task."""
    on_quiet: InsteadOfWaiting = "wait"
    """It is night there."""
    asks: Literal["quality"] | None = None
    """quality: a plain yes or no by SMS is kept as what he says of the quality of the last work for him."""
    invites: bool = False
    """It invites to a visit. Advertising about something that comes due does so in any case."""
    free_within_days: Annotated[int, Meta(ge=1, le=92)] = 14
    """An invitation goes only if within so many days somebody who can come there is free. Otherwise it waits."""
    without_consent: Literal["skip", "task"] = "task"
    """Advertising to somebody who has not agreed to it: a task to speak about it at the next contact."""


class Responsible(Rule, frozen=True, kw_only=True):
    """By which rule a person is found."""

    by: Literal["owner", "last_worker", "measurer", "dispatcher_of_area", "role"]
    """owner: who spoke with the client last, or offered him something."""
    role: Role | None = None
    """With `role`: whoever of them has the fewest open tasks. Also taken if the rule finds nobody."""


class TaskToDo(Rule, frozen=True, kw_only=True):
    """A step by which a person acts."""

    channel: Literal["call", "message", "letter", "talk"] = "call"
    """message: a person writes to him where he is, such as a messenger or a social network."""
    note: Note
    """What he is to do, and why."""
    responsible: Responsible
    deputy: Responsible | None = None
    escalate_after_min: Annotated[int, Meta(ge=5, le=43_200)] = 240
    """How long each person has for it."""


class Repeat(Rule, frozen=True, kw_only=True):
    """The step comes again and again."""

    every: Span
    times: Annotated[int, Meta(ge=2, le=60)] | None = None
    """All in all. A plan that does not say it has no end, and is not published."""


class TouchStep(Rule, frozen=True, kw_only=True):
    """A planned contact with a client: a message or a task."""

    code: Code
    after: Code | None = None
    """The step that it follows. Null: it begins with the plan."""
    on: Names = []
    """Only after one of these ends of that step: sent, skipped, failed; of a task no_answer, refused, agreed,
    wrong_number, done, dropped. Empty: after any."""
    delay: Delay = msgspec.field(default_factory=Delay)
    message: MessageToSend | None = None
    task: TaskToDo | None = None
    conditions: Conditions = []
    lives: Span = msgspec.field(default_factory=lambda: Span(amount=7))
    """So long after it was due it may still go. Then it expires."""
    repeat: Repeat | None = None


class Audience(Rule, frozen=True, kw_only=True):
    """For whom the plan is."""

    trigger: Trigger
    statuses: Annotated[list[ClientStatus], Meta(max_length=6)] = []
    """With the trigger `status`: which of them. With others: only clients of these. Empty: all."""
    categories: Annotated[list[Code], Meta(max_length=100)] = []
    """With the trigger `track`: what must come due. Empty: anything."""
    days_before: Annotated[int, Meta(ge=0, le=365)] = 30
    """With the trigger `track`: so many days before it is due the plan begins."""
    only_if: Conditions = []
    """Asked when a client would come into the plan."""


class Goal(Rule, frozen=True, kw_only=True):
    """What the plan is for. It is counted for both groups, those who get it and those who do not."""

    event: Literal["purchase_made", "booking_created", "replied"]
    within_days: Annotated[int, Meta(ge=1, le=730)]


class ReEntry(Rule, frozen=True, kw_only=True):
    """Whether a client can come into the plan again."""

    key: Literal["each", "client"] = "each"
    """each: with every further job, proposal, need … client: once for ever."""
    cooldown_days: Annotated[int, Meta(ge=0, le=3_650)] = 0
    """So long after he came in he does not come in again."""


class PlanContent(Rule, frozen=True, kw_only=True):
    """A touch plan."""

    audience: Audience
    owner_role: Role = Role.SUPERVISOR
    """Who answers for it. Gets the tasks for which nobody else is found."""
    holdout_bp: Annotated[int, Meta(ge=0, le=5_000)] = 0
    """Of 10,000 clients so many get nothing of it, so that its effect can be measured. Service messages reach them."""
    goal: Goal | None = None
    stops: Annotated[list[Stop], Meta(max_length=len(Stop))] = []
    re_entry: ReEntry = msgspec.field(default_factory=ReEntry)
    steps: Annotated[list[TouchStep], Meta(max_length=40)]

    def step(self, code: str) -> TouchStep | None:
        return next((one for one in self.steps if one.code == code), None)
