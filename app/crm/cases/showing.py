"""Cases as people see them."""

from collections.abc import Sequence
from uuid import UUID

from app.clients import api as clients
from app.core.i18n import text
from app.core.phones import mask_phone
from app.core.scope import Scope
from app.crm.case_files.queries import find_files
from app.crm.cases import queries
from app.crm.cases.access import get_case
from app.crm.cases.models import RecoveryCase
from app.crm.cases.schemas import (
    CaseFileFactsOut,
    CaseLineOut,
    CaseOut,
    ListedCaseOut,
    RecoveryActionOut,
    WholeCaseOut,
)
from app.crm.disappointments.schemas import DisappointmentOut
from app.db.session import Session

TALK = ("talk_1", "talk_2", "talk_3", "talk_4")


async def show_case(session: Session, case: RecoveryCase) -> CaseOut:
    await session.flush()
    return CaseOut.of(case)


async def show_cases(session: Session, scope: Scope, cases: Sequence[RecoveryCase]) -> list[ListedCaseOut]:
    """Each with the client's name."""
    found = await clients.find_clients(session, scope.company_id, list({one.client_id for one in cases}))
    names = {card: one.full_name for one in found for card in one.card_ids}
    return [ListedCaseOut.named(one, names[one.client_id]) for one in cases]


async def show_whole_case(session: Session, scope: Scope, case_id: UUID) -> WholeCaseOut:
    """A case with its signals, files, actions and history.

    Raises:
        CaseNotFound: no such case in this company.
    """
    case = await get_case(session, scope, case_id)
    company_id = scope.company_id
    files = await find_files(session, company_id, case_id)
    (client,) = await clients.find_clients(session, company_id, [case.client_id])
    phone = client.phone
    return WholeCaseOut(
        case=CaseOut.of(case),
        client_name=client.full_name,
        client_phone=mask_phone(phone) if phone and not clients.may_see_phones(scope) else phone,
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
