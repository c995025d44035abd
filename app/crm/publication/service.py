"""Publishes rules, and compares the base with other rules before."""

from collections import Counter
from datetime import datetime
from uuid import UUID

import msgspec

from app.core.changes import Insert
from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.crm.passes.models import PassKind
from app.crm.passes.sweep import begin_pass
from app.crm.pasts.queries import find_medians
from app.crm.publication import queries
from app.crm.publication.models import RulesDryRun
from app.crm.publication.policies import foresee, with_medians
from app.crm.rules.policies import check_rules
from app.crm.rules.queries import find_versions
from app.crm.rules.service import find_rules
from app.crm.rules.values import PublishedRules, Rules, RulesContent
from app.crm.statuses import queries as statuses
from app.crm.statuses.rebuild import FIRST, LAST
from app.crm.statuses.service import ByWhat, read_by_what
from app.db.session import Session
from app.db.work import Work, work_in
from app.http.versions import check_version

AT_ONCE = 500
"""Clients of one transaction."""


class RulesPublishedMeanwhile(DomainError):
    """Somebody else published a version at the same moment."""

    code = "rules_published_meanwhile"


class DryRunNotFound(NotFound):
    code = "dry_run_not_found"


async def all_rules(session: Session, company_id: UUID, *, now: datetime) -> list[PublishedRules]:
    """Every version, the oldest first. A company that has none gets the starter set."""
    async with work_in(session, company_id) as work:
        await find_rules(work, now=now)
        return await find_versions(work)


async def newest_rules(session: Session, company_id: UUID, *, now: datetime) -> PublishedRules:
    """The version in force."""
    return (await all_rules(session, company_id, now=now))[-1]


async def publish_rules(
    session: Session,
    scope: Scope,
    content: RulesContent,
    *,
    comment: str,
    if_match: str | None,
    now: datetime,
) -> PublishedRules:
    """From now on these rules hold. Every client is looked at soon; what was before is not changed.

    Raises:
        RulesInvalid: they contradict themselves.
        VersionRequired, VersionConflict: the caller has not seen the newest version.
        RulesPublishedMeanwhile: another version came at the same moment.
    """
    check_rules(content)
    newest = await newest_rules(session, scope.company_id, now=now)
    check_version(if_match, newest.version)
    content = await _measured(session, scope, content)
    published = PublishedRules(
        version=newest.version + 1,
        valid_from=now,
        published_by=scope.user_id,
        comment=comment,
        content=content,
    )
    async with work_in(session, scope.company_id) as work:
        row = {**msgspec.structs.asdict(published), "content": msgspec.to_builtins(content)}
        work.write(Insert("life_rules", row, if_taken=RulesPublishedMeanwhile))
    begin_pass(session, scope.company_id, PassKind.JUDGE, now=now)
    return published


async def _measured(session: Session, scope: Scope, content: RulesContent) -> RulesContent:
    """The rules with what purchases of each category bring now. So the same facts and rules always mean the same."""
    async with work_in(session, scope.company_id) as work:
        return with_medians(content, await find_medians(work))


async def ask_for_dry_run(
    session: Session, scope: Scope, content: RulesContent, *, now: datetime
) -> RulesDryRun:
    """Let the whole base be compared in the background.

    Raises:
        RulesInvalid: the rules contradict themselves.
    """
    check_rules(content)
    newest = await newest_rules(session, scope.company_id, now=now)
    run = RulesDryRun(
        company_id=scope.company_id,
        id=uuid7(),
        content=msgspec.to_builtins(await _measured(session, scope, content)),
        base_version=newest.version,
        asked_by=scope.user_id,
        asked_at=now,
        clients=0,
        changes=[],
        go_on_at=now,
    )
    session.add(run)
    return run


async def get_dry_run(session: Session, scope: Scope, dry_run_id: UUID) -> RulesDryRun:
    """A dry run, as far as it has come.

    Raises:
        DryRunNotFound: no such dry run in this company.
    """
    run = await queries.get_dry_run(session, scope, dry_run_id)
    if run is None:
        raise DryRunNotFound(dry_run_id=dry_run_id)
    return run


async def go_on(session: Session, run: RulesDryRun, *, now: datetime) -> None:
    """Compare some more clients. Nothing of them is changed."""
    async with work_in(session, run.company_id) as work:
        by = await read_by_what(work, now=run.asked_at)
        cards = await statuses.find_cards_after(work, run.after or FIRST, LAST, at_most=AT_ONCE)
        found = await _compare(work, run, cards, by)
    counted = Counter({(one["was"], one["status"]): one["clients"] for one in run.changes})
    counted.update(found)
    run.changes = [
        {"was": was, "status": status, "clients": clients}
        for (was, status), clients in sorted(counted.items())
    ]
    run.clients += len(cards)
    run.after = cards[-1] if cards else run.after
    run.go_on_at = now if len(cards) == AT_ONCE else None


async def _compare(work: Work, run: RulesDryRun, cards: list[UUID], by: ByWhat) -> Counter[tuple[str, str]]:
    """Who would have another status, by was and status."""
    versions = [one for one in by.rules if one.version <= run.base_version]
    content = msgspec.convert(run.content, RulesContent)
    proposed = Rules(run.base_version + 1, run.asked_at, content)
    facts = await statuses.find_facts(work, cards)
    found: Counter[tuple[str, str]] = Counter()
    for card in cards:
        foreseen = foresee(facts.get(card, ()), versions, proposed, zone=by.zone, now=run.asked_at)
        if foreseen is not None and foreseen.without != foreseen.with_them:
            found[foreseen] += 1
    return found
