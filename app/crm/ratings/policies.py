"""What a rating means: values in, values out."""

from collections.abc import Sequence

from app.core.errors import DomainError
from app.crm.disappointments.policies import severity_of
from app.crm.disappointments.values import Answer, Said

STARS = range(1, 6)
CHANGES_MAX = 10
"""So often a client may rate one visit. Nobody changes his mind more often, and each rating is a row."""
ANSWERS = {1: Answer.NO, 2: Answer.NO, 3: Answer.PARTLY, 4: Answer.YES, 5: Answer.YES}


class RatedTooOften(DomainError):
    """The client has changed his rating too often."""

    code = "rated_too_often"


def rating(stars: int, words: str) -> Said:
    """What the client says of the quality by his stars."""
    return Said(ANSWERS[stars], words, stars)


def is_worse(said: Said, before: Sequence[Said]) -> bool:
    """Whether it disappoints anew: worse than all that he has said of this work."""
    worst = max((severity_of(one) or 0 for one in before), default=0)
    return (severity_of(said) or 0) > worst
