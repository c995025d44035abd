from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from app.clients import api as clients
from app.clients.api import ClientNotFound
from app.core.clock import Clock
from app.core.scope import Scope
from app.crm.disappointments import queries, service, subjects
from app.crm.disappointments.models import Disappointment, QualityAnswer
from app.crm.disappointments.queries import Filters
from app.crm.disappointments.schemas import (
    DisappointmentOut,
    KeepQualityAnswer,
    NoteDisappointment,
    QualityAnswerOut,
    RecoverDisappointment,
    SetWorth,
    WorthOut,
)
from app.crm.disappointments.service import AlreadyRecovered, DisappointmentNotFound, PartOfCase
from app.crm.disappointments.subjects import VisitOfOtherClient
from app.crm.disappointments.values import Answer, Said, SignalKind
from app.db.session import Session
from app.dispatch.api import VisitNotFound
from app.http.guards import dispatchers, intake, managers, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page
from app.orders.api import JobNotFound


@get("/disappointments", operation_id="listDisappointments", guards=[office])
async def list_disappointments(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    client_id: FromQuery[UUID | None] = None,
    worker_id: FromQuery[UUID | None] = None,
    kind: FromQuery[SignalKind | None] = None,
    is_open: FromQuery[bool | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[DisappointmentOut]:
    """What disappointed clients, newest first: by what it was noticed, and who disappointed them."""
    query = queries.select_disappointments(caller, Filters(client_id, worker_id, kind, is_open))
    rows, next_cursor = await fetch_page(session, query, Disappointment.id, cursor=cursor, limit=limit)
    return Page(items=[DisappointmentOut.of(row) for row in rows], next_cursor=next_cursor)


@post(
    "/clients/{client_id:uuid}/disappointments",
    operation_id="noteDisappointment",
    guards=[intake],
)
@refuses(ClientNotFound, JobNotFound, VisitNotFound, VisitOfOtherClient)
@once
async def note_disappointment(
    client_id: FromPath[UUID],
    data: JSONBody[NoteDisappointment],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> DisappointmentOut:
    """A client said that he is disappointed, or complains."""
    about = await subjects.about_client(session, caller, client_id, visit_id=data.visit_id)
    noted = await service.note_disappointment(
        session,
        caller,
        about,
        kind=SignalKind(data.kind),
        severity=data.severity,
        comment=data.comment,
        evidence=data.evidence,
        now=clock.now(),
    )
    return DisappointmentOut.of(noted)


@post(
    "/disappointments/{disappointment_id:uuid}/recover",
    operation_id="recoverDisappointment",
    guards=[dispatchers],
    status_code=200,
)
@refuses(AlreadyRecovered, DisappointmentNotFound, PartOfCase)
async def recover_disappointment(
    disappointment_id: FromPath[UUID],
    data: JSONBody[RecoverDisappointment],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> DisappointmentOut:
    """It is settled, and the client has confirmed it."""
    found = await service.recover(session, caller, disappointment_id, how=data.how, now=clock.now())
    return DisappointmentOut.of(found)


@post("/clients/{client_id:uuid}/worth", operation_id="setWorthOfClient", guards=[managers], status_code=200)
@refuses(ClientNotFound)
async def set_worth_of_client(
    client_id: FromPath[UUID],
    data: JSONBody[SetWorth],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> WorthOut:
    """Say whether a client is worth winning back. Without it, money, referrals and open needs decide."""
    client = await clients.get_client(session, caller.company_id, client_id)
    await service.set_worth(
        session, caller, client.id, is_worth=data.is_worth, reason=data.reason, now=clock.now()
    )
    return WorthOut(client_id=client.id, is_worth=data.is_worth, reason=data.reason)


@post("/visits/{visit_id:uuid}/quality-answers", operation_id="keepQualityAnswer", guards=[intake])
@refuses(JobNotFound, VisitNotFound)
@once
async def keep_quality_answer(
    visit_id: FromPath[UUID],
    data: JSONBody[KeepQualityAnswer],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> QualityAnswerOut:
    """We asked the client whether the quality of the work satisfies him. No and partly are disappointments."""
    about = await subjects.about_visit(session, caller, visit_id)
    said = Said(data.answer, data.comment)
    kept = await service.keep_answer(
        session, caller.company_id, about, said, asked_by=caller.user_id, now=clock.now()
    )
    return QualityAnswerOut.of(kept)


@get("/quality-answers", operation_id="listQualityAnswers", guards=[office])
async def list_quality_answers(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    client_id: FromQuery[UUID | None] = None,
    worker_id: FromQuery[UUID | None] = None,
    answer: FromQuery[Answer | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[QualityAnswerOut]:
    """What clients said of the quality, newest first."""
    query = queries.select_answers(caller, client_id=client_id, worker_id=worker_id, answer=answer)
    rows, next_cursor = await fetch_page(session, query, QualityAnswer.id, cursor=cursor, limit=limit)
    return Page(items=[QualityAnswerOut.of(row) for row in rows], next_cursor=next_cursor)


router = Router(
    "/crm",
    route_handlers=[
        list_disappointments,
        note_disappointment,
        recover_disappointment,
        set_worth_of_client,
        keep_quality_answer,
        list_quality_answers,
    ],
    tags=["crm: disappointments"],
)
