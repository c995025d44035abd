"""What the crew earns: line of the act × rate × share."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter

from app.core.quantities import quantity_of
from app.db.session import Session
from app.documents.content.act import Member
from app.documents.content.stored import StoredAct
from app.documents.rewards import queries
from app.documents.rewards.models import Reward
from app.documents.rewards.policies import Paid, Sharer, divide_anew, divide_reward

FROM_LINE = ("line", "work_code", "work_item_version", "quantity", "rate_kop")
"""What each row says of its line."""


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


async def recalculate_rewards(
    session: Session, act: StoredAct, *, crew: Sequence[Member], reason: str, earned_on: date
) -> None:
    """Somebody else worked on the visit than was thought: divide what each line earns anew, by further rows.

    The caller holds the lock of the order, so that two corrections come one after the other.
    """
    rows = await queries.lines_of_act(session, act.company_id, act.id)
    revision = max((row.revision for row in rows), default=0) + 1
    sharers = [Sharer(member.worker_id, member.share) for member in crew]
    for _, group in groupby(rows, key=attrgetter("line")):
        of_line = list(group)
        paid = [Paid(row.id, row.worker_id, row.amount_kop) for row in of_line]
        session.add_all(
            Reward(
                company_id=act.company_id,
                act_id=act.id,
                **{name: getattr(of_line[0], name) for name in FROM_LINE},
                **difference._asdict(),
                shares_total=sum(one.share for one in sharers),
                earned_on=earned_on,
                revision=revision,
                reason=reason,
            )
            for difference in divide_anew(paid, sharers)
        )
