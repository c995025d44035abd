"""What can be known from the positions of a worker."""

from enum import StrEnum


class FactKind(StrEnum):
    TRIP = "trip"
    """He moved. `distance_m` counts for mileage."""
    STOP = "stop"
    """He stayed at one place, and positions prove it."""
    GAP = "gap"
    """No usable position came. Nobody knows where he was, so it is neither a trip nor a stop."""
    PRESENCE = "presence"
    """He was at the site of one of his visits."""
    TOO_FAST = "too_fast"
    """Two positions that nobody can reach one after the other: at least one is wrong or invented."""
    MOCK = "mock"
    """The phone said that an app invents its positions."""


class GapCause(StrEnum):
    """The probable reason of a gap. A guess from what was said before and after it, never a verdict."""

    BATTERY = "battery"
    """The battery was nearly empty, or the phone was charged meanwhile."""
    NO_NETWORK = "no_network"
    """A position beside it came late, and not together with the other one: the phone was without network."""
    PERMISSION = "permission"
    """The app said that it may no longer read the position."""
    APP_STOPPED = "app_stopped"
    """The app was ended or began anew: its numbers began again, or it said so."""
    AT_REST = "at_rest"
    """The phone said that it lies still, and is at the same place afterwards. Many apps send nothing then."""
    NO_FIX = "no_fix"
    """Positions came, but too inaccurate to be used."""
    MOCK = "mock"
    """Only invented positions came."""
    OFF_SHIFT = "off_shift"
    """Positions were not allowed then: no shift, an absence, private time or no consent."""
    UNKNOWN = "unknown"
