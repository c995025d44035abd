"""Acts as a worker's phone keeps them."""

from collections.abc import Sequence
from uuid import UUID

from app.core.scope import Scope
from app.db.work import Work
from app.documents.acts.queries import find_open_acts
from app.documents.acts.schemas import ActOut
from app.documents.acts.service import DocumentDamaged


async def show_acts_on_phone(work: Work, scope: Scope, job_ids: Sequence[UUID]) -> list[ActOut]:
    """Acts to sign and signed acts of these jobs, as far as this worker may see them.

    A damaged act is left out, and the log says so: it must not keep everything else from the phone.
    """
    shown = []
    for act in await find_open_acts(work, scope, job_ids):
        try:
            shown.append(ActOut.of(act))
        except DocumentDamaged:
            continue
    return shown
