from datetime import datetime
from typing import Self
from uuid import UUID

from app.core.phones import mask_phone
from app.crm.client_list.values import FoundClient
from app.crm.rules.values import RulesContent
from app.crm.status_lists.schemas import ClientLifeOut
from app.http.schemas import Out


class FoundClientOut(Out):
    """A line of the list of clients."""

    id: UUID
    kind: str
    name: str
    """As people call him: surname, name and patronymic, or the organisation."""
    phone: str | None
    """The phone to call. It is masked for people who do not call clients."""
    addresses: list[str]
    """Of his sites, the oldest first."""
    life: ClientLifeOut | None
    """Null: he only supplies, or his card was opened a moment ago."""
    next_need: str | None
    """The category of what comes due next. When it is due says `life`."""
    is_archived: bool

    @classmethod
    def of(
        cls, found: FoundClient, rules: RulesContent, *, lang: str, sees_phones: bool, now: datetime
    ) -> Self:
        client, phone = found.client, found.client.phone
        return cls(
            id=client.id,
            kind=client.kind,
            name=client.full_name,
            phone=mask_phone(phone) if phone and not sees_phones else phone,
            addresses=list(found.addresses),
            life=ClientLifeOut.of(found.life, rules, lang=lang, now=now) if found.life else None,
            next_need=found.next_need,
            is_archived=client.archived_at is not None,
        )
