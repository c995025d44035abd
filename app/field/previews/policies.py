"""Which copies of a photo there are, and when their making is tried again."""

from datetime import timedelta
from enum import StrEnum


class PreviewSize(StrEnum):
    """How large a copy is wanted."""

    SMALL = "small"
    """320 pixels on its longest side."""
    LARGE = "large"
    """1600 pixels."""


FULL = "full"
"""The kind of copy that stands for the whole picture, where browsers do not show the type it was sent in."""
SHOWN_AS_COPY = ("image/heic",)
SHOWN_TYPE = "image/jpeg"

RETRY_AFTER_S = 5

TRIES_MAX = 3
"""How often the decoder may die of one photo."""
MADE_WITHIN_S = 45.0
AGAIN_AFTER = timedelta(minutes=5)
"""A job that is not over after this time was lost."""
WHEN_LESS_IS_TO_DO = timedelta(seconds=5)
WAITING_MAX = 3
"""So many jobs of a process wait for their turn. The others come again, so that they keep no place from other jobs."""
LOOK_AGAIN_AFTER = timedelta(hours=1)
"""For an original that the store has lost: somebody has to restore it."""
