from typing import Annotated
from uuid import UUID

from msgspec import Meta

from app.http.schemas import In
from app.orders.proofs.policies import Level, Proof, Stage


class ProofRule(In, omit_defaults=True):
    """What a visit needs at a stage. A phone judges by it without network, and the server by the same rule:

    Count the files with the purpose photo (`photos`), photo_act or signature that have arrived, the signed acts
    (`act`), the sheets (`measurement`), the products whose tags were read at the visit (`tag`). A `form` counts as 1
    when the form of the visit is complete. A `place` counts as 1 when the distance between the position sent with the
    command and the site (haversine, Earth radius 6,371,000 m), minus `accuracy_m` of the position, is at most
    `within_m`. A position that cannot be right counts as none. A proof is missing if the count is below `at_least`.
    """

    proof: Proof
    stage: Stage
    level: Level
    """`required`: the stage is refused without it. `warn`: it passes, and the office sees what was missing. `off`: not
    asked for; a form is only shown."""
    at_least: Annotated[int, Meta(ge=1, le=50)] = 1
    form_id: UUID | None = None
    """Only with `form`, and needed there."""
    within_m: Annotated[int, Meta(ge=10, le=50_000)] | None = None
    """Metres. Only with `place`, and needed there."""
