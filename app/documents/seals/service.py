"""Seals what has become final of an act."""

from app.db.session import Session
from app.documents.content.stored import StoredAct
from app.documents.seals import queries
from app.documents.seals.policies import parts_of


async def seal_act(session: Session, act: StoredAct) -> None:
    """Seal every part that is there and not sealed yet, in the transaction that made it final."""
    await queries.add_seals(session, act.company_id, act.id, parts_of(act))
