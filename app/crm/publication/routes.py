from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.crm.publication import service
from app.crm.publication.schemas import DryRunOut, PublishRules, RulesOut, RulesVersionsOut, TryRules
from app.crm.publication.service import DryRunNotFound, RulesPublishedMeanwhile
from app.crm.rules.policies import RulesInvalid
from app.db.session import Session
from app.http.guards import managers, office
from app.http.idempotency import Once, once
from app.http.refusals import refuses
from app.http.versions import IfMatch


@get("/rules", operation_id="getLifeRules", guards=[office])
async def get_life_rules(
    session: NamedDependency[Session], caller: NamedDependency[Scope], clock: NamedDependency[Clock]
) -> RulesOut:
    """What is sold, how long until it is needed again, and what makes a fan: the version in force."""
    return RulesOut.of(await service.newest_rules(session, caller.company_id, now=clock.now()))


@get("/rules/versions", operation_id="listLifeRules", guards=[office])
async def list_life_rules(
    session: NamedDependency[Session], caller: NamedDependency[Scope], clock: NamedDependency[Clock]
) -> RulesVersionsOut:
    """Every version that was ever published, the newest first."""
    found = await service.all_rules(session, caller.company_id, now=clock.now())
    return RulesVersionsOut(items=[RulesOut.of(one) for one in reversed(found)])


@post("/rules", operation_id="publishLifeRules", guards=[managers])
@refuses(RulesInvalid, RulesPublishedMeanwhile)
@once
async def publish_life_rules(
    data: JSONBody[PublishRules],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> RulesOut:
    """Publish rules. They hold from now on, and change nothing that was before. Try them first by a dry run."""
    published = await service.publish_rules(
        session, caller, data.content, comment=data.comment, if_match=if_match, now=clock.now()
    )
    return RulesOut.of(published)


@post("/rules/dry-runs", operation_id="tryLifeRules", guards=[managers])
@refuses(RulesInvalid)
@once
async def try_life_rules(
    data: JSONBody[TryRules],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> DryRunOut:
    """Compare the whole base with other rules, in the background. Nothing is changed."""
    return DryRunOut.of(await service.ask_for_dry_run(session, caller, data.content, now=clock.now()))


@get("/rules/dry-runs/{dry_run_id:uuid}", operation_id="getRulesDryRun", guards=[managers])
@refuses(DryRunNotFound)
async def get_rules_dry_run(
    dry_run_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> DryRunOut:
    """A dry run, as far as it has come."""
    return DryRunOut.of(await service.get_dry_run(session, caller, dry_run_id))


router = Router(
    "/crm",
    route_handlers=[
        get_life_rules,
        list_life_rules,
        publish_life_rules,
        try_life_rules,
        get_rules_dry_run,
    ],
    tags=["crm: rules"],
)
