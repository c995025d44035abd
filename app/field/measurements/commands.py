"""What a measurer's phone commands."""

from app.db.session import Session
from app.db.work import Work
from app.field.commands.kinds import Kind, Runs, Sent, Subject
from app.field.measurements import service
from app.field.measurements.schemas import MeasurementOut, SubmitMeasurement
from app.orders import api as orders


async def submit_measurement(work: Work, sent: Sent[SubmitMeasurement]) -> MeasurementOut:
    sheet = await service.submit_measurement(
        work, sent.caller, visit_id=sent.subject_id, sheet=sent.body, now=sent.now
    )
    return MeasurementOut.of(sheet)


async def retell(session: Session, sent: Sent[SubmitMeasurement]) -> MeasurementOut:
    """The version that the command made in a time when answers were not kept."""
    sheet = await orders.get_sheet_of_command(session, sent.caller, sent.command_id)
    assert sheet is not None  # noqa: S101  # the ledger knows the command from this sheet
    return MeasurementOut.of(sheet)


SUBMIT_MEASUREMENT = Kind(
    "submit_measurement",
    SubmitMeasurement,
    Subject.VISIT,
    submit_measurement,
    Runs.WORK,
    status=201,
    retell=retell,
)
