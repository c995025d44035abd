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
from app.tracking.doors.dependencies import Doors
from app.tracking.facts.queries import find_mileage, find_proposals_of_visits
from app.tracking.facts.values import ArrivalProposed, DayMileage
from app.tracking.pings.grouping import PingStore
from app.tracking.pings.retention import tend_pings_forever
from app.tracking.trackers.book import TrackerBook

__all__ = [
    "ArrivalProposed",
    "Consent",
    "ConsentTextUnknown",
    "DayMileage",
    "Doors",
    "NoConsentInForce",
    "PingStore",
    "PrivateHours",
    "TrackerBook",
    "end_private_time",
    "find_mileage",
    "find_proposals_of_visits",
    "give_consent",
    "start_private_time",
    "tend_pings_forever",
    "withdraw_consent",
]
