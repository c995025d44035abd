from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from app.core.periods import PeriodInvalid, check_length
from app.core.scope import Scope
from app.db.session import Session
from app.documents.acts.service import ActNotFound, get_act
from app.documents.rewards import queries
from app.documents.rewards.schemas import RewardsOut
from app.http.guards import anybody, workers
from app.http.refusals import refuses

PERIOD_MAX = timedelta(days=366)


@get("/acts/{act_id:uuid}/rewards", operation_id="listActRewards", guards=[anybody])
@refuses(ActNotFound)
async def list_act_rewards(
    act_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> RewardsOut:
    """What each member earned for each line of an act. A worker sees his own part."""
    await get_act(session, caller, act_id)
    return RewardsOut.of(await queries.find_rewards_of_act(session, caller, act_id), caller.lang)


@get("/field/rewards", operation_id="listMyRewards", guards=[workers])
@refuses(PeriodInvalid)
async def list_my_rewards(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    earned_from: Annotated[date, QueryParameter(name="from", description="First day")],
    earned_before: Annotated[date, QueryParameter(name="to", description="The day after the last")],
) -> RewardsOut:
    """What the caller earned on the days [from, to), by the company's calendar, with the sum."""
    check_length(earned_before - earned_from, longest=PERIOD_MAX)
    rows = await queries.find_rewards_of_worker(
        session, caller, earned_from=earned_from, earned_before=earned_before
    )
    return RewardsOut.of(rows, caller.lang)


router = Router("/", route_handlers=[list_act_rewards, list_my_rewards], tags=["documents: rewards"])
