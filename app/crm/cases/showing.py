"""Cases as people see them."""

from uuid import UUID

from app.core.i18n import text
from app.core.scope import Scope
from app.crm.case_files.queries import find_files
from app.crm.cases import queries
from app.crm.cases.access import get_case
from app.crm.cases.models import RecoveryCase
from app.crm.cases.schemas import (
    CaseFileFactsOut,
    CaseLineOut,
    CaseOut,
    RecoveryActionOut,
    WholeCaseOut,
)
from app.crm.disappointments.schemas import DisappointmentOut
from app.db.session import Session

TALK = ("talk_1", "talk_2", "talk_3", "talk_4")


async def show_case(session: Session, case: RecoveryCase) -> CaseOut:
    await session.flush()
    return CaseOut.of(case)


async def show_whole_case(session: Session, scope: Scope, case_id: UUID) -> WholeCaseOut:
    """A case with its signals, files, actions and history.

    Raises:
        CaseNotFound: no such case in this company.
    """
    case = await get_case(session, scope, case_id)
    company_id = scope.company_id
    files = await find_files(session, company_id, case_id)
    return WholeCaseOut(
        case=CaseOut.of(case),
        signals=[
            DisappointmentOut.of(one) for one in await queries.find_signals(session, company_id, case_id)
        ],
        concerned=sorted(await queries.find_concerned(session, company_id, case_id)),
        talk=[text(scope.lang, "cases", line) for line in TALK],
        files=[
            CaseFileFactsOut(number=number, content_hash=found.hex(), packed_at=at, packed_by=by)
            for number, found, at, by in files
        ],
        actions=[
            RecoveryActionOut.of(one) for one in await queries.find_actions(session, company_id, case_id)
        ],
        history=[CaseLineOut.of(one) for one in await queries.find_history(session, company_id, case_id)],
    )
