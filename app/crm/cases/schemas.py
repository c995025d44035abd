from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from msgspec import Meta

from app.core.i18n import text
from app.crm.case_files.models import CaseFile, StaffStatement
from app.crm.cases.models import RecoveryAction, RecoveryCase, RecoveryCaseEvent
from app.crm.cases.policies.report import CasesReport, ReasonCount
from app.crm.cases.service import Contact, Prevention, Verified
from app.crm.cases.values import ActionDecision, ActionKind, CaseStatus, Contacted, Step
from app.crm.disappointments.schemas import DisappointmentOut
from app.crm.disappointments.values import Answer
from app.crm.loss_reasons.values import CLASS_OF, LossReason, ReasonClass
from app.http.schemas import In, LongText, Moment, Out, Text


class TakeStatement(In):
    """What somebody of the company says of what happened."""

    user_id: UUID
    words: Annotated[str, Meta(min_length=1, max_length=4000, pattern=r"\S")]


class SeeMoney(In):
    pays_well: bool | None = None
    """What is known of how he pays."""


class RecordContact(In):
    """An attempt to speak with the client: one call with its tries, a talk or a visit."""

    result: Contacted
    channel: Literal["call", "message", "letter", "talk"] = "call"
    stated_reason: LossReason | None = None
    """Why he is disappointed, as he says it. Only for who was reached."""
    words: LongText = ""
    """What he said."""

    def contact(self) -> Contact:
        return Contact(self.channel, self.result, self.stated_reason, self.words.strip())


class VerifyReason(In):
    """The reason that was found. It may be another than the stated one."""

    reason: LossReason
    evidence: Annotated[list[UUID], Meta(min_length=1, max_length=50)]
    """What it rests on: ids of the file of the case."""
    words: LongText = ""
    worker_id: UUID | None = None
    """Whose conduct it was. `worker_conduct` and `went_private` need it."""

    def verified(self) -> Verified:
        return Verified(self.reason, self.words.strip(), self.evidence, self.worker_id)


class ProposeAction(In):
    """What is to be done for the client."""

    kind: ActionKind
    note: Text
    cost_kop: Annotated[int, Meta(ge=0, le=100_000_000_00)] = 0


class DecideAction(In):
    is_approved: bool
    reason: Text


class ConfirmCase(In):
    is_settled: bool
    """What the client says."""
    words: Text


class PreventionTask(In):
    """Somebody sees that it does not happen again."""

    what: Text
    responsible_id: UUID
    due_at: Moment

    def prevention(self) -> Prevention:
        return Prevention(self.what, self.responsible_id, self.due_at)


class EndCase(In):
    """The last step: a task, or why there is nothing to prevent."""

    task: PreventionTask | None = None
    """Needed where the verified reason is our doing."""
    nothing_because: Annotated[str, Meta(max_length=500)] = ""


class CloseCase(In):
    """A case ends without success."""

    status: Literal["not_recovered", "given_up"]
    reason: Text


class AskAgain(In):
    """Some time after the end: is he satisfied now?"""

    answer: Answer
    words: Annotated[str, Meta(max_length=500)] = ""


class GiveCase(In):
    user_id: UUID
    reason: Text


class CaseOut(Out):
    """A disappointed client whom somebody tries to win back."""

    id: UUID
    client_id: UUID
    status: CaseStatus
    step: Step | None
    """What has to be done next."""
    owner_id: UUID | None
    """Null: the supervisors must find somebody whose own work it is not about."""
    severity: int
    opened_at: datetime
    contact_by: datetime
    """Until then somebody speaks with the client for the first time."""
    contacted_at: datetime | None
    expected_kop: int | None
    budget_kop: int | None
    """What may be spent on him without asking."""
    pays_well: bool | None
    stated_reason: LossReason | None
    """What the client says."""
    stated_words: str
    verified_reason: LossReason | None
    """What was found."""
    verified_class: ReasonClass | None
    """Whose doing it is."""
    verified_words: str
    verified_evidence: list[UUID]
    verified_by: UUID | None
    verified_at: datetime | None
    worker_id: UUID | None
    confirmed_at: datetime | None
    confirmed_words: str
    prevention_task_id: UUID | None
    closed_at: datetime | None
    closed_by: UUID | None
    close_reason: str
    asked_again_at: datetime | None
    answer_again: Answer | None

    @classmethod
    def of(cls, row: RecoveryCase) -> Self:
        fields = {name: getattr(row, name) for name in cls.__struct_fields__ if name != "verified_class"}
        found = LossReason(row.verified_reason) if row.verified_reason else None
        return cls(**fields, verified_class=CLASS_OF[found] if found else None)


class ListedCaseOut(CaseOut):
    """A line of the list."""

    client_name: str

    @classmethod
    def named(cls, row: RecoveryCase, client_name: str) -> Self:
        case = CaseOut.of(row)
        return cls(
            client_name=client_name, **{name: getattr(case, name) for name in CaseOut.__struct_fields__}
        )


class RecoveryActionOut(Out):
    id: UUID
    kind: ActionKind
    cost_kop: int
    note: str
    proposed_by: UUID
    proposed_at: datetime
    decision: ActionDecision
    decided_by: UUID | None
    """Null: it lies within the budget, or nobody has decided yet."""
    decided_at: datetime | None
    decision_reason: str

    @classmethod
    def of(cls, row: RecoveryAction) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.__struct_fields__})


class CaseLineOut(Out):
    """A line of the history."""

    kind: str
    at: datetime
    actor_id: UUID | None
    """Null: the product."""
    detail: dict[str, Any]

    @classmethod
    def of(cls, row: RecoveryCaseEvent) -> Self:
        return cls(kind=row.kind, at=row.at, actor_id=row.actor_id, detail=row.detail)


class CaseFileFactsOut(Out):
    """A file without its content."""

    number: int
    content_hash: str
    """SHA-256 of the canonical JSON of the content."""
    packed_at: datetime
    packed_by: UUID | None


class CaseFileOut(CaseFileFactsOut):
    """The evidence as it was when it was packed."""

    case_id: UUID
    content: dict[str, Any]
    """By heading: signals, jobs, visits with `late_min`, acts, photos, chat, messages, calls, answers, payments and
    statements."""

    @classmethod
    def of(cls, row: CaseFile) -> Self:
        return cls(
            case_id=row.case_id,
            number=row.number,
            content_hash=row.content_hash.hex(),
            packed_at=row.packed_at,
            packed_by=row.packed_by,
            content=row.content,
        )


class StaffStatementOut(Out):
    id: UUID
    case_id: UUID
    user_id: UUID
    words: str
    taken_by: UUID
    said_at: datetime

    @classmethod
    def of(cls, row: StaffStatement) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.__struct_fields__})


class WholeCaseOut(Out):
    """A case with everything that belongs to it."""

    case: CaseOut
    client_name: str
    client_phone: str | None
    """The phone to call. It is masked for people who do not call clients."""
    signals: list[DisappointmentOut]
    """What disappointed him."""
    concerned: list[UUID]
    """Whose own work it is about. None of them may work at the case."""
    talk: list[str]
    """How to speak with the client: open questions in this order. The first of them is no excuse."""
    files: list[CaseFileFactsOut]
    actions: list[RecoveryActionOut]
    history: list[CaseLineOut]


class ReasonCountOut(Out):
    reason: LossReason
    name: str
    """In the reader's language."""
    kind: ReasonClass
    stated: int
    verified: int

    @classmethod
    def of(cls, found: ReasonCount, lang: str) -> Self:
        name = text(lang, "cases", f"reason_{found.reason}")
        return cls(name=name, **found._asdict())


class CasesReportOut(Out):
    """Why clients were disappointed, as they say and as was found."""

    cases: int
    by_status: dict[CaseStatus, int]
    late: int
    """Nobody spoke with the client by the deadline."""
    recovered_percent: float | None
    """Of the closed ones."""
    compared: int
    """Cases with a stated and a verified reason."""
    differ: int
    """Of these, where another reason was found than the one that was stated."""
    mismatch_percent: float | None
    reasons: list[ReasonCountOut]
    by_class: dict[ReasonClass, int]
    """Of the verified reasons: our doing, the market, what nobody could prevent, wrong data, other."""

    @classmethod
    def of(cls, found: CasesReport, lang: str) -> Self:
        reasons = [ReasonCountOut.of(one, lang) for one in found.reasons]
        return cls(**found._asdict() | {"reasons": reasons})
