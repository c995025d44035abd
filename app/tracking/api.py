"""Everything another module may call in tracking."""

from app.tracking.consents.service import (
    Consent,
    ConsentTextUnknown,
    PrivateHours,
    end_private_time,
    give_consent,
    start_private_time,
    withdraw_consent,
)
from app.tracking.doors.dependencies import Doors
from app.tracking.doors.fast import FastDoors
from app.tracking.facts.again import derive_again_everywhere
from app.tracking.facts.queries import find_mileage, find_proposals_of_visits
from app.tracking.facts.values import ArrivalProposed, DayMileage
from app.tracking.pings.grouping import PingStore
from app.tracking.pings.permission import find_refusals
from app.tracking.pings.policies import Refused as PlaceRefused
from app.tracking.retention.tending import tend_pings_forever
from app.tracking.rough_places.service import find_rough_place
from app.tracking.signals.own import answer_signal, find_signals_of_caller, show_signals_on_phone
from app.tracking.signals.policies import Choice as SignalChoice
from app.tracking.signals.queries import LOOK_BACK as REPEATS_COUNTED
from app.tracking.signals.schemas import StopSignalOut
from app.tracking.signals.service import SignalClosed, SignalCommentNeeded, SignalNotFound
from app.tracking.trackers.book import TrackerBook

__all__ = [
    "REPEATS_COUNTED",
    "ArrivalProposed",
    "Consent",
    "ConsentTextUnknown",
    "DayMileage",
    "Doors",
    "FastDoors",
    "PingStore",
    "PlaceRefused",
    "PrivateHours",
    "SignalChoice",
    "SignalClosed",
    "SignalCommentNeeded",
    "SignalNotFound",
    "StopSignalOut",
    "TrackerBook",
    "answer_signal",
    "derive_again_everywhere",
    "end_private_time",
    "find_mileage",
    "find_proposals_of_visits",
    "find_refusals",
    "find_rough_place",
    "find_signals_of_caller",
    "give_consent",
    "show_signals_on_phone",
    "start_private_time",
    "tend_pings_forever",
    "withdraw_consent",
]
