"""Everything another module may call in orders."""

from app.orders.client_orders.models import ClientOrder
from app.orders.client_orders.policies import OrderState
from app.orders.client_orders.schemas import OrderOut
from app.orders.client_orders.service import OrderNotFound, get_order, lock_order, settle_order
from app.orders.job_types.models import JobType
from app.orders.job_types.policies import DEFAULT_LADDER, Action
from app.orders.job_types.queries import find_active_of_kind
from app.orders.job_types.service import (
    JobTypeNeeded,
    JobTypeNotFound,
    create_default_setup,
    get_job_type,
    usual_job_type,
)
from app.orders.jobs.cards import job_line
from app.orders.jobs.changes import follow_visits
from app.orders.jobs.models import Job
from app.orders.jobs.queries import LOCK_JOB
from app.orders.jobs.schemas import JobOut, Priority
from app.orders.jobs.service import (
    JobNotFound,
    JobOver,
    JobTypeRetired,
    OrderOfOtherSite,
    SiteOfOtherClient,
    cancel_job,
    create_job,
    find_job,
    find_unfinished_job,
    get_job,
    lock_job,
)
from app.orders.measurements.diffs import find_changes
from app.orders.measurements.plausibility import Rule
from app.orders.measurements.policies import (
    MeasuredJob,
    MeasurementNotFound,
    MeasurementRefused,
    NothingToCorrect,
    SentSheet,
)
from app.orders.measurements.policies import Outcome as SheetOutcome
from app.orders.measurements.policies import repeat as repeat_sheet
from app.orders.measurements.policies import submit as submit_sheet
from app.orders.measurements.queries import find_sheets, get_newest_sheet
from app.orders.measurements.service import correct_measurement, get_sheet, keep_sheet
from app.orders.measurements.sheets import Sheet, StoredOpening
from app.orders.payments.policies import Balance, Money, RefundTooLarge, StoredPayment
from app.orders.payments.policies import Outcome as PaymentOutcome
from app.orders.payments.policies import repeat as repeat_payment
from app.orders.payments.policies import take as take_payment
from app.orders.payments.queries import find_payments, find_payments_of_visit, get_balance
from app.orders.payments.service import keep_payment, refund_payment
from app.orders.production.installation import (
    Production,
    book_production,
    find_jobs_of_production,
    find_production,
    get_production,
    settle_reminders,
)
from app.orders.production.service import (
    InstallationAlreadyBooked,
    OrderCanceled,
    ProductionOrderNotFound,
    zone_of,
)
from app.orders.statuses import JOB_FINISHED, JOB_OVER, JobKind, JobStatus, OrderStatus, ProductionStatus

__all__ = [
    "DEFAULT_LADDER",
    "JOB_FINISHED",
    "JOB_OVER",
    "LOCK_JOB",
    "Action",
    "Balance",
    "ClientOrder",
    "InstallationAlreadyBooked",
    "Job",
    "JobKind",
    "JobNotFound",
    "JobOut",
    "JobOver",
    "JobStatus",
    "JobType",
    "JobTypeNeeded",
    "JobTypeNotFound",
    "JobTypeRetired",
    "MeasuredJob",
    "MeasurementNotFound",
    "MeasurementRefused",
    "Money",
    "NothingToCorrect",
    "OrderCanceled",
    "OrderNotFound",
    "OrderOfOtherSite",
    "OrderOut",
    "OrderState",
    "OrderStatus",
    "PaymentOutcome",
    "Priority",
    "Production",
    "ProductionOrderNotFound",
    "ProductionStatus",
    "RefundTooLarge",
    "Rule",
    "SentSheet",
    "Sheet",
    "SheetOutcome",
    "SiteOfOtherClient",
    "StoredOpening",
    "StoredPayment",
    "book_production",
    "cancel_job",
    "correct_measurement",
    "create_default_setup",
    "create_job",
    "find_active_of_kind",
    "find_changes",
    "find_job",
    "find_jobs_of_production",
    "find_payments",
    "find_payments_of_visit",
    "find_production",
    "find_sheets",
    "find_unfinished_job",
    "follow_visits",
    "get_balance",
    "get_job",
    "get_job_type",
    "get_newest_sheet",
    "get_order",
    "get_production",
    "get_sheet",
    "job_line",
    "keep_payment",
    "keep_sheet",
    "lock_job",
    "lock_order",
    "refund_payment",
    "repeat_payment",
    "repeat_sheet",
    "settle_order",
    "settle_reminders",
    "submit_sheet",
    "take_payment",
    "usual_job_type",
    "zone_of",
]
