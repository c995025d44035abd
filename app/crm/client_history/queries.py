"""What the client's life adds to his history: talks, proposals, tasks, statuses, disappointments, notes."""

from sqlalchemy import Text, case, cast, exists, func, select
from sqlalchemy.orm import aliased

from app.crm.calls.models import Interaction, Proposal, ProposalAnswer
from app.crm.cases.models import RecoveryCase
from app.crm.disappointments.models import Disappointment, QualityAnswer
from app.crm.facts.models import LifeFact
from app.crm.facts.values import FactKind
from app.crm.statuses.models import StatusStep
from app.crm.tasks.models import Task
from app.db.history import COMPANY, ROOT, HistoryPart, detail, of_cards, one_of

_PROPOSALS = of_cards(Proposal)
_LATER = aliased(ProposalAnswer)
_LATEST_ANSWER = (
    select(_LATER.answer)
    .where(_LATER.company_id == COMPANY, _LATER.proposal_id == Proposal.id)
    .order_by(_LATER.at.desc(), _LATER.id.desc())
    .limit(1)
    .correlate(Proposal)
    .scalar_subquery()
)
_WITHDRAWAL = aliased(StatusStep)
NOTED = (FactKind.DATE_NAMED, FactKind.DATE_ENTERED, FactKind.INTEREST_NOTED)

HISTORY = [
    HistoryPart(
        "interaction",
        at=Interaction.at,
        row_id=Interaction.id,
        where=of_cards(Interaction),
        status=Interaction.outcome,
        what=Interaction.kind,
        reason=Interaction.reason,
        text=Interaction.notes,
        due_at=Interaction.call_back_at,
        due_on=Interaction.agreed_on,
        person_id=Interaction.user_id,
        detail=detail(direction=Interaction.direction, seconds=Interaction.seconds),
    ),
    HistoryPart(
        "proposal",
        at=Proposal.made_at,
        row_id=Proposal.id,
        where=_PROPOSALS,
        is_open=func.coalesce(_LATEST_ANSWER, "thinking") == "thinking",
        status=_LATEST_ANSWER,
        text=Proposal.what,
        amount_kop=Proposal.amount_kop,
        due_on=Proposal.valid_until,
        person_id=Proposal.made_by,
    ),
    HistoryPart(
        "proposal_answer",
        at=ProposalAnswer.at,
        row_id=ProposalAnswer.id,
        where=[*_PROPOSALS, ProposalAnswer.company_id == COMPANY, ProposalAnswer.proposal_id == Proposal.id],
        status=ProposalAnswer.answer,
        reason=ProposalAnswer.reason,
        text=Proposal.what,
        person_id=ProposalAnswer.recorded_by,
    ),
    HistoryPart(
        "task",
        at=Task.created_at,
        row_id=Task.id,
        where=of_cards(Task),
        is_open=Task.status == "open",
        status=Task.status,
        what=Task.kind,
        reason=Task.reason,
        text=Task.note,
        due_at=Task.due_at,
        due_on=Task.agreed_on,
        person_id=Task.holder_id,
        detail=detail(channel=Task.channel, outcome=Task.outcome, params=Task.params),
    ),
    HistoryPart(
        "status",
        at=StatusStep.at,
        row_id=StatusStep.id,
        where=[
            StatusStep.company_id == COMPANY,
            StatusStep.client_id == ROOT,
            StatusStep.withdraws.is_(None),
            ~exists().where(_WITHDRAWAL.company_id == COMPANY, _WITHDRAWAL.withdraws == StatusStep.id),
        ],
        status=StatusStep.status,
        reason=StatusStep.reason,
        detail=detail(params=StatusStep.params),
    ),
    HistoryPart(
        "disappointment",
        at=Disappointment.at,
        row_id=Disappointment.id,
        where=of_cards(Disappointment),
        is_open=Disappointment.recovered_at.is_(None),
        number=Disappointment.severity,
        status=case((Disappointment.recovered_at.is_(None), "open"), else_="settled"),
        what=Disappointment.kind,
        reason=Disappointment.recovery,
        text=Disappointment.comment,
        order_id=Disappointment.order_id,
        job_id=Disappointment.job_id,
        visit_id=Disappointment.visit_id,
        person_id=Disappointment.worker_id,
        detail=detail(minutes=Disappointment.minutes),
    ),
    HistoryPart(
        "recovery_case",
        at=RecoveryCase.opened_at,
        row_id=RecoveryCase.id,
        where=of_cards(RecoveryCase),
        is_open=RecoveryCase.status == "open",
        number=RecoveryCase.severity,
        status=RecoveryCase.status,
        reason=func.coalesce(RecoveryCase.verified_reason, RecoveryCase.stated_reason),
        text=func.coalesce(func.nullif(RecoveryCase.verified_words, ""), RecoveryCase.stated_words),
        due_at=RecoveryCase.contact_by,
        person_id=RecoveryCase.owner_id,
    ),
    HistoryPart(
        "quality_answer",
        at=QualityAnswer.answered_at,
        row_id=QualityAnswer.id,
        where=of_cards(QualityAnswer),
        status=QualityAnswer.answer,
        what=cast(QualityAnswer.stars, Text),
        text=QualityAnswer.comment,
        visit_id=QualityAnswer.visit_id,
        person_id=QualityAnswer.asked_by,
    ),
    HistoryPart(
        "next_visit",
        at=LifeFact.at,
        row_id=LifeFact.source_id,
        where=[
            *of_cards(LifeFact),
            one_of(LifeFact.kind, NOTED),
        ],
        status=LifeFact.kind,
        what=cast(LifeFact.categories[1], Text),
        text=LifeFact.detail["comment"].astext,
        due_on=LifeFact.on_day,
        visit_id=LifeFact.visit_id,
        person_id=LifeFact.worker_id,
    ),
]
