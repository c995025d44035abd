"""All SQL about rewards."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select, true

from app.core.scope import Scope
from app.db.session import Session
from app.documents.acts.models import Act
from app.documents.rewards.models import Reward


class RewardRow(NamedTuple):
    reward: Reward
    act_number: int
    line: dict[str, str]
    """The line as it stands on the act."""


def visible_to(scope: Scope) -> ColumnElement[bool]:
    """The office sees everybody's, a worker his own."""
    mine = Reward.worker_id == scope.user_id
    return and_(Reward.company_id == scope.company_id, true() if scope.is_office else mine)


def _explained() -> Select[Reward, int, dict[str, str]]:
    return select(Reward, Act.number, Act.content["lines"][Reward.line - 1]).join(
        Act, and_(Act.company_id == Reward.company_id, Act.id == Reward.act_id)
    )


async def find_rewards_of_act(session: Session, scope: Scope, act_id: UUID) -> list[RewardRow]:
    query = _explained().where(visible_to(scope), Reward.act_id == act_id)
    order = Reward.line, Reward.revision, Reward.share.desc(), Reward.id
    rows = await session.execute(query.order_by(*order))
    return [RewardRow(row[0], row[1], row[2]) for row in rows]


async def find_rewards_of_worker(
    session: Session, scope: Scope, *, earned_from: date, earned_before: date
) -> list[RewardRow]:
    """The caller's own rewards of [from, before), in the order they were earned."""
    query = _explained().where(
        Reward.company_id == scope.company_id,
        Reward.worker_id == scope.user_id,
        Reward.earned_on >= earned_from,
        Reward.earned_on < earned_before,
    )
    order = Reward.earned_on, Act.number, Reward.line, Reward.revision
    rows = await session.execute(query.order_by(*order))
    return [RewardRow(row[0], row[1], row[2]) for row in rows]


async def lines_of_act(session: Session, company_id: UUID, act_id: UUID) -> Sequence[Reward]:
    """Every row of an act, line by line, the oldest of a line first."""
    query = select(Reward).where(Reward.company_id == company_id, Reward.act_id == act_id)
    return (await session.scalars(query.order_by(Reward.line, Reward.revision, Reward.id))).all()
