"""Templates of a company as modules above see them: what is published, and which drafts the product proposes."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from app.core.ids import uuid7
from app.db.session import Session
from app.notifications.channels.protocol import Channel
from app.notifications.channels.sms.segments import count_segments
from app.notifications.legal import PRIORITIES, LegalClass, Priority
from app.notifications.templates import queries
from app.notifications.templates.composing import write_from
from app.notifications.templates.policies import texts_of


class PublishedText(NamedTuple):
    """What is sent of a template now."""

    kind: str
    legal_class: LegalClass
    content: Mapping[str, Any]

    @property
    def variables(self) -> list[str]:
        return list(self.content.get("variables") or {})

    def has(self, channel: str) -> bool:
        """Whether it has a Russian text for this channel, which everybody gets for whom there is no other."""
        field = "sms" if channel == Channel.SMS else "email_text"
        return any((lang, name) == ("ru", field) for lang, name, _ in texts_of(self.content))

    def count_segments(self, lang: str, params: Mapping[str, str]) -> int:
        """Of how many parts an SMS with these words would be."""
        written = write_from(self.content, lang, Channel.SMS, params) or write_from(
            self.content, "ru", Channel.SMS, params
        )
        return count_segments(written.body).parts if written else 0


class ProposedTemplate(NamedTuple):
    """A draft that the product brings along."""

    kind: str
    legal_class: LegalClass
    priority: Priority | None
    draft: Mapping[str, Any]
    """As `CreateTemplate.draft`."""


async def find_published(
    session: Session, company_id: UUID, kinds: Sequence[str]
) -> dict[str, PublishedText]:
    """The published templates of these kinds, by kind."""
    rows = await queries.find_published(session, company_id, kinds)
    return {
        kind: PublishedText(kind, LegalClass(legal_class), content) for kind, legal_class, content in rows
    }


async def propose_templates(session: Session, company_id: UUID, proposed: Sequence[ProposedTemplate]) -> None:
    """Give a company drafts. They are not sent until somebody publishes them; kinds that it has are left alone."""
    rows = [
        {
            "company_id": company_id,
            "id": uuid7(),
            "kind": one.kind,
            "legal_class": one.legal_class,
            "priority": one.priority or PRIORITIES[one.legal_class][0],
            "draft": {"en": None, "variables": {}} | dict(one.draft),
        }
        for one in proposed
    ]
    await queries.insert_templates(session, rows)
