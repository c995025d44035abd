"""Everything another module may call in tracking."""

from app.tracking.consents.service import (
    Consent,
    ConsentTextUnknown,
    NoConsentInForce,
    PrivateHours,
    end_private_time,
    give_consent,
    start_private_time,
    withdraw_consent,
)
from app.tracking.facts.queries import find_mileage, find_proposals_of_visits
from app.tracking.facts.values import ArrivalProposed, DayMileage
from app.tracking.pings.grouping import PingStore

__all__ = [
    "ArrivalProposed",
    "Consent",
    "ConsentTextUnknown",
    "DayMileage",
    "NoConsentInForce",
    "PingStore",
    "PrivateHours",
    "end_private_time",
    "find_mileage",
    "find_proposals_of_visits",
    "give_consent",
    "start_private_time",
    "withdraw_consent",
]
