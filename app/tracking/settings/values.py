"""What holds as long as a company has set nothing."""

KEPT_DAYS = 365
SHORTEST_STOP_S = 180
"""Shorter stops are mostly traffic lights."""
