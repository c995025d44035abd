from datetime import date
from typing import Self
from uuid import UUID

from app.core.i18n import text
from app.core.money import format_rub
from app.core.quantities import format_quantity, line_sum, number_of
from app.documents.rewards.models import Reward
from app.documents.rewards.queries import RewardRow
from app.http.schemas import Out


class RewardOut(Out):
    """One kopeck amount and where it comes from: line × rate × share."""

    id: UUID
    act_id: UUID
    act_number: int
    line: int
    work_code: str
    work: str
    """In the reader's language, as it stands on the act."""
    worker_id: UUID
    earned_on: date
    quantity: int | float
    """In the unit of the line."""
    rate_kop: int
    work_item_version: int
    """The version of the price list's line that the rate is from."""
    line_reward_kop: int
    """Quantity × rate, for the whole crew."""
    share: int
    shares_total: int
    amount_kop: int
    """Negative if a recalculation takes something back."""
    recalculation_of: UUID | None
    """The row that this one corrects. Null: written when the act was signed."""
    reason: str | None
    """Why it was recalculated."""
    explanation: str
    """`2 × 1 800,00 ₽ = 3 600,00 ₽; доля 1 из 2: 1 800,00 ₽`."""

    @classmethod
    def of(cls, row: RewardRow, lang: str) -> Self:
        reward = row.reward
        line_reward_kop = line_sum(reward.quantity, reward.rate_kop)
        return cls(
            id=reward.id,
            act_id=reward.act_id,
            act_number=row.act_number,
            line=reward.line,
            work_code=reward.work_code,
            work=row.line["name_ru" if lang == "ru" else "name_en"],
            worker_id=reward.worker_id,
            earned_on=reward.earned_on,
            quantity=number_of(reward.quantity),
            rate_kop=reward.rate_kop,
            work_item_version=reward.work_item_version,
            line_reward_kop=line_reward_kop,
            share=reward.share,
            shares_total=reward.shares_total,
            amount_kop=reward.amount_kop,
            recalculation_of=reward.recalculation_of,
            reason=reward.reason,
            explanation=_explanation(reward, line_reward_kop, lang),
        )


def _explanation(reward: Reward, line_reward_kop: int, lang: str) -> str:
    key = "explanation" if reward.recalculation_of is None else "recalculation"
    return text(
        lang,
        "reward",
        key,
        quantity=format_quantity(reward.quantity, lang),
        rate=format_rub(reward.rate_kop, lang),
        line_reward=format_rub(line_reward_kop, lang),
        share=reward.share,
        shares_total=reward.shares_total,
        amount=format_rub(reward.amount_kop, lang),
        was=format_rub(reward.was_kop, lang),
        now=format_rub(reward.was_kop + reward.amount_kop, lang),
        reason=reward.reason,
    )


class RewardsOut(Out):
    items: list[RewardOut]
    total_kop: int

    @classmethod
    def of(cls, rows: list[RewardRow], lang: str) -> Self:
        return cls(
            items=[RewardOut.of(row, lang) for row in rows],
            total_kop=sum(row.reward.amount_kop for row in rows),
        )
