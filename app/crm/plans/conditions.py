"""The closed set of conditions that plans may name. There is no language of expressions."""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

from app.crm.plans.values import Trigger
from app.crm.statuses.policies.history import ClientStatus


class ConditionName(StrEnum):
    STATUS = "status"
    """He has one of these statuses."""
    NOTHING_BOOKED = "nothing_booked"
    """No visit of his is still to come, and no order is open."""
    NEED = "need"
    """One of these categories is due, within `number` days if that is given."""
    INTEREST = "interest"
    """He asked about one of these categories; about any if none is named."""
    BOUGHT = "bought"
    """He bought one of these categories."""
    PURCHASES = "purchases"
    """He bought at least so often."""
    QUALITY = "quality"
    """What he said of the quality since he came into the plan: yes, partly, no; none: nothing."""
    NOT_DISAPPOINTED = "not_disappointed"
    """Nothing that disappointed him is unsettled."""
    UNANSWERED = "unanswered"
    """He has neither accepted nor refused what he was offered."""
    SOURCE = "source"
    """He came by one of these sources."""
    TIER = "tier"
    """He is of one of these levels."""
    KIND = "kind"
    """He is a person, or an organisation."""
    MONTH = "month"
    """It is one of these months: 1 to 12."""
    SILENT = "silent"
    """Nobody has spoken with him for so many days."""


class Needs(NamedTuple):
    """What a condition must be given."""

    words: Collection[str] | None = None
    """Only these words may stand in `any_of`. None: any words."""
    takes_words: bool = True
    must_have_words: bool = True
    number: bool | None = False
    """True: needed. None: may be given."""
    triggers: Collection[Trigger] = tuple(Trigger)
    """It says something only with one of these."""


ALONE = Needs(takes_words=False, must_have_words=False)
COUNT = Needs(takes_words=False, must_have_words=False, number=True)
G = ConditionName

CONDITIONS: dict[ConditionName, Needs] = {
    G.STATUS: Needs(words=tuple(ClientStatus)),
    G.NOTHING_BOOKED: ALONE,
    G.NEED: Needs(must_have_words=False, number=None),
    G.INTEREST: Needs(must_have_words=False),
    G.BOUGHT: Needs(),
    G.PURCHASES: COUNT,
    G.QUALITY: Needs(words=("yes", "partly", "no", "none")),
    G.NOT_DISAPPOINTED: ALONE,
    G.UNANSWERED: ALONE._replace(triggers=(Trigger.PROPOSAL,)),
    G.SOURCE: Needs(),
    G.TIER: Needs(),
    G.KIND: Needs(words=("person", "organisation")),
    G.MONTH: Needs(words=tuple(str(month) for month in range(1, 13))),
    G.SILENT: COUNT,
}
