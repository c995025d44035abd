"""What the crew earns: line of the act × rate × share."""

from collections.abc import Sequence
from datetime import date

from app.core.quantities import quantity_of
from app.db.session import Session
from app.documents.content.act import Member
from app.documents.content.stored import StoredAct
from app.documents.rewards.models import Reward
from app.documents.rewards.policies import divide_reward


def write_rewards(session: Session, act: StoredAct, *, crew: Sequence[Member], earned_on: date) -> None:
    """One row per line and member, in the transaction of the signature. Lines without a rate pay nothing."""
    shares = [member.share for member in crew]
    for rate in act.rates:
        if not rate["rate_kop"]:
            continue
        quantity = quantity_of(rate["quantity"])
        amounts = divide_reward(quantity=quantity, rate_kop=rate["rate_kop"], shares=shares)
        session.add_all(
            Reward(
                company_id=act.company_id,
                act_id=act.id,
                worker_id=member.worker_id,
                share=member.share,
                shares_total=sum(shares),
                amount_kop=amount,
                earned_on=earned_on,
                **(rate | {"quantity": quantity}),
            )
            for member, amount in zip(crew, amounts, strict=True)
        )
