from collections.abc import Iterable
from typing import Self
from uuid import UUID

from app.crm.recommenders.service import Recommender
from app.http.schemas import Out


class RecommenderOut(Out):
    """A person who recommends the company, with what came of it."""

    source_id: UUID
    name: str
    trust: int
    """1 to 5."""
    client_id: UUID | None
    worker_id: UUID | None
    clients: int
    """Whom he has brought with their first request."""
    buyers: int
    paid_kop: int
    repeats: int
    """Visits of theirs after the first."""
    influenced: int
    """Of these: within two years after a visit of the recommender himself. Of a colleague: after he said it."""
    influenced_kop: int

    @classmethod
    def of(cls, one: Recommender) -> Self:
        return cls(
            source_id=one.source_id,
            name=one.name,
            trust=one.trust,
            client_id=one.client_id,
            worker_id=one.worker_id,
            **one.influence._asdict(),
        )


class RecommendersOut(Out):
    items: list[RecommenderOut]
    """Whoever has brought the most money first."""

    @classmethod
    def of(cls, found: Iterable[Recommender]) -> Self:
        return cls(items=[RecommenderOut.of(one) for one in found])
