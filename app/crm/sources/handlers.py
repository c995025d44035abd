"""A client who was recommended has bought."""

from collections.abc import Sequence
from datetime import datetime

from app.contracts.crm import ClientStatusChanged
from app.crm.sources.service import keep_referrals
from app.db.work import Work

BUYING = ("newcomer", "fan")


async def on_statuses_changed(work: Work, events: Sequence[ClientStatusChanged], now: datetime) -> None:
    """Whoever has recommended him has a paid referral, once."""
    if buyers := sorted({one.client_id for one in events if one.status in BUYING}):
        await keep_referrals(work, buyers, now=now)
