"""Everything another module may call in orders. It hands out values; only this module changes orders and jobs."""

from uuid import UUID

from app.core.scope import Scope
from app.db.session import Session
from app.orders.books.service import prove_every_company
from app.orders.client_orders import service as client_orders
from app.orders.client_orders.policies import OrderCanceled, OrderState
from app.orders.client_orders.schemas import OrderOut
from app.orders.client_orders.service import OrderNotFound
from app.orders.client_orders.values import ClientOrderFacts
from app.orders.estimates.queries import find_contracts, get_contract
from app.orders.estimates.values import Contract
from app.orders.forms.judging import files_named, find_problems_of_whole, find_problems_so_far
from app.orders.forms.judging import is_complete as is_form_complete
from app.orders.forms.schemas import FormVersionOut
from app.orders.forms.schemas import Words as FormWords
from app.orders.forms.service import FormNotFound, get_form_version, get_published_version, get_version_by_id
from app.orders.forms.values import FormVersionFacts
from app.orders.job_types import queries as job_type_queries
from app.orders.job_types import service as job_types
from app.orders.job_types.policies import Action
from app.orders.job_types.service import (
    JobTypeNeeded,
    JobTypeNotFound,
)
from app.orders.job_types.values import JobTypeFacts
from app.orders.jobs import service as jobs
from app.orders.jobs.cards import job_line
from app.orders.jobs.changes import DoneFor, follow_visits
from app.orders.jobs.queries import LOCK_JOB
from app.orders.jobs.schemas import JobOut, Priority
from app.orders.jobs.service import (
    JobCompleted,
    JobNotFound,
    JobOver,
    JobTypeRetired,
    OrderOfOtherSite,
    SiteOfOtherClient,
    create_job,
)
from app.orders.jobs.values import JobFacts
from app.orders.ledger.policies import Cause, EntryKind, OrderMoney
from app.orders.ledger.queries import get_money
from app.orders.ledger.service import charge
from app.orders.materials import service as materials
from app.orders.materials.policies import MaterialNotFound, MaterialsRefused
from app.orders.materials.policies import find_problems as find_material_problems
from app.orders.materials.queries import find_facts as find_material_facts
from app.orders.materials.queries import find_materials, find_offered_materials
from app.orders.materials.schemas import AnyQuantity, MaterialOut, SetExpectedMaterials
from app.orders.materials.service import find_expected as find_expected_materials
from app.orders.materials.service import set_expected as set_expected_materials
from app.orders.materials.values import JobToSupply, MaterialFacts
from app.orders.measurements.diffs import find_changes
from app.orders.measurements.history import PastSheet, Repeat, find_history
from app.orders.measurements.outlines import SHAPE_OF, figure_of
from app.orders.measurements.plausibility import SIZE_FIELDS, Rule
from app.orders.measurements.policies import (
    MeasuredJob,
    MeasurementNotFound,
    MeasurementRefused,
    NothingToCorrect,
    SentOpening,
    SentSheet,
    SheetOutdated,
)
from app.orders.measurements.policies import Outcome as SheetOutcome
from app.orders.measurements.policies import submit as submit_sheet
from app.orders.measurements.queries import find_newest_sheets, find_sheets, get_sheet_of_command
from app.orders.measurements.service import (
    correct_measurement,
    get_sheet,
    keep_sheet,
)
from app.orders.measurements.sheets import Sheet, StoredOpening
from app.orders.payments.plausibility import Expected, PaymentUnexpected, is_late
from app.orders.payments.policies import Money, StoredPayment, Taken
from app.orders.payments.policies import Outcome as PaymentOutcome
from app.orders.payments.policies import take as take_payment
from app.orders.payments.queries import find_payments_of_command, find_payments_of_visits, same_payment
from app.orders.payments.schemas import Method as PaymentMethod
from app.orders.payments.schemas import PaymentOut, PaysFor, ReceiptRef
from app.orders.payments.schemas import Reason as PaymentReason
from app.orders.payments.service import keep_payment
from app.orders.production.installation import (
    Production,
    book_production,
    change_production,
    find_jobs_of_production,
    find_production,
    find_productions,
    get_production,
    installable_from,
    settle_reminders,
    settle_too_early,
)
from app.orders.production.schemas import ChangeProductionOrder, ProductionOrderOut
from app.orders.production.service import (
    InstallationAlreadyBooked,
    ProductionOrderNotFound,
    ReadyDateFixed,
    ReadyDateImpossible,
    zone_of,
)
from app.orders.proofs.policies import Facts as ProofFacts
from app.orders.proofs.policies import Level as ProofLevel
from app.orders.proofs.policies import Proof, ProofState, forms_in, judge_proofs, states_at
from app.orders.proofs.policies import Stage as ProofStage
from app.orders.proofs.schemas import ProofRule
from app.orders.statuses import JOB_OVER, JobKind, JobStatus, OrderStatus, ProductionStatus

__all__ = [
    "JOB_OVER",
    "LOCK_JOB",
    "SHAPE_OF",
    "SIZE_FIELDS",
    "Action",
    "AnyQuantity",
    "Cause",
    "ChangeProductionOrder",
    "Contract",
    "DoneFor",
    "EntryKind",
    "Expected",
    "FormNotFound",
    "FormVersionFacts",
    "FormVersionOut",
    "FormWords",
    "InstallationAlreadyBooked",
    "JobCompleted",
    "JobFacts",
    "JobKind",
    "JobNotFound",
    "JobOut",
    "JobOver",
    "JobStatus",
    "JobToSupply",
    "JobTypeFacts",
    "JobTypeNeeded",
    "JobTypeNotFound",
    "JobTypeRetired",
    "MaterialFacts",
    "MaterialNotFound",
    "MaterialOut",
    "MaterialsRefused",
    "MeasuredJob",
    "MeasurementNotFound",
    "MeasurementRefused",
    "Money",
    "NothingToCorrect",
    "OrderCanceled",
    "OrderMoney",
    "OrderNotFound",
    "OrderOfOtherSite",
    "OrderOut",
    "OrderState",
    "OrderStatus",
    "PastSheet",
    "PaymentMethod",
    "PaymentOut",
    "PaymentOutcome",
    "PaymentReason",
    "PaymentUnexpected",
    "PaysFor",
    "Priority",
    "Production",
    "ProductionOrderNotFound",
    "ProductionOrderOut",
    "ProductionStatus",
    "Proof",
    "ProofFacts",
    "ProofLevel",
    "ProofRule",
    "ProofStage",
    "ProofState",
    "ReadyDateFixed",
    "ReadyDateImpossible",
    "ReceiptRef",
    "Repeat",
    "Rule",
    "SentOpening",
    "SentSheet",
    "SetExpectedMaterials",
    "Sheet",
    "SheetOutcome",
    "SheetOutdated",
    "SiteOfOtherClient",
    "StoredOpening",
    "StoredPayment",
    "Taken",
    "book_production",
    "cancel_job",
    "change_production",
    "charge",
    "correct_measurement",
    "create_job",
    "figure_of",
    "files_named",
    "find_active_of_kind",
    "find_changes",
    "find_contracts",
    "find_expected_materials",
    "find_history",
    "find_jobs_of_production",
    "find_material_facts",
    "find_material_problems",
    "find_materials",
    "find_newest_sheets",
    "find_offered_materials",
    "find_payments_of_command",
    "find_payments_of_visits",
    "find_problems_of_whole",
    "find_problems_so_far",
    "find_production",
    "find_productions",
    "find_sheets",
    "find_unfinished_job",
    "follow_visits",
    "forms_in",
    "get_contract",
    "get_form_version",
    "get_job",
    "get_job_type",
    "get_material",
    "get_money",
    "get_order",
    "get_production",
    "get_published_version",
    "get_sheet",
    "get_sheet_of_command",
    "get_version_by_id",
    "installable_from",
    "is_form_complete",
    "is_late",
    "job_line",
    "judge_proofs",
    "keep_payment",
    "keep_sheet",
    "lock_job",
    "lock_order",
    "may_see_job",
    "prove_every_company",
    "same_payment",
    "set_expected_materials",
    "settle_order",
    "settle_reminders",
    "settle_too_early",
    "states_at",
    "submit_sheet",
    "take_payment",
    "usual_job_type",
    "zone_of",
]


async def get_order(session: Session, scope: Scope, order_id: UUID) -> ClientOrderFacts:
    """One client order.

    Raises:
        OrderNotFound: no such order in this company.
    """
    return ClientOrderFacts.of(await client_orders.get_order(session, scope, order_id))


async def lock_order(session: Session, scope: Scope, order_id: UUID) -> ClientOrderFacts:
    """Lock an order until the end of the transaction.

    Raises:
        OrderNotFound: no such order in this company.
    """
    return ClientOrderFacts.of(await client_orders.lock_order(session, scope, order_id))


async def settle_order(session: Session, company_id: UUID, order_id: UUID) -> None:
    """Derive the order's status anew. See `client_orders.service`.

    Raises:
        OrderNotFound: no such order in this company.
    """
    await client_orders.settle_order(session, company_id, order_id)


async def get_job_type(session: Session, company_id: UUID, job_type_id: UUID) -> JobTypeFacts:
    """One job type.

    Raises:
        JobTypeNotFound: no such type in this company.
    """
    return JobTypeFacts.of(await job_types.get_job_type(session, company_id, job_type_id))


async def usual_job_type(session: Session, company_id: UUID, kind: JobKind) -> JobTypeFacts:
    """The company's only active type of this kind.

    Raises:
        JobTypeNeeded: it has none, or several.
    """
    return JobTypeFacts.of(await job_types.usual_job_type(session, company_id, kind))


async def find_active_of_kind(session: Session, company_id: UUID, kind: JobKind) -> list[JobTypeFacts]:
    """The active job types of this kind, the oldest first."""
    found = await job_type_queries.find_active_of_kind(session, company_id, kind)
    return [JobTypeFacts.of(job_type) for job_type in found]


async def get_job(session: Session, scope: Scope, job_id: UUID) -> JobFacts:
    """One job.

    Raises:
        JobNotFound: no such job, or none of its visits is this worker's.
    """
    return JobFacts.of(await jobs.get_job(session, scope, job_id))


async def may_see_job(session: Session, scope: Scope, job_id: UUID) -> bool:
    """The office sees every job. A worker sees those with a visit that takes his time."""
    return await jobs.find_job(session, scope, job_id) is not None


async def lock_job(session: Session, scope: Scope, job_id: UUID) -> None:
    """Lock a job until the end of the transaction, so that what is counted per job is counted one by one.

    Raises:
        JobNotFound: no such job, or none of its visits is this worker's.
    """
    await jobs.lock_job(session, scope, job_id)


async def cancel_job(session: Session, scope: Scope, *, job_id: UUID, reason: str) -> JobFacts:
    """Cancel a job whose visits the caller has canceled. The order follows.

    Raises:
        JobNotFound: no such job.
        JobCompleted, JobOver: its visits have completed it, or it is closed.
    """
    return JobFacts.of(await jobs.cancel_job(session, scope, job_id=job_id, reason=reason))


async def find_unfinished_job(
    session: Session, company_id: UUID, job_id: UUID | None, *, instructions: str
) -> JobFacts | None:
    """The job for another visit, with these instructions if there are any. None if it is over."""
    job = await jobs.find_unfinished_job(session, company_id, job_id, instructions=instructions)
    return JobFacts.of(job) if job else None


async def get_material(session: Session, scope: Scope, material_id: UUID) -> MaterialFacts:
    """One material of the catalogue.

    Raises:
        MaterialNotFound: no such material in this company.
    """
    return MaterialFacts.of(await materials.get_material(session, scope, material_id))
