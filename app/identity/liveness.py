"""What has become of a person since his access token was issued."""

import asyncio
from collections import OrderedDict
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from app.core.scope import Role, Scope
from app.db.session import Sessions
from app.db.work import look_across
from app.identity.sessions.queries import PERSON_NOW, PersonNow
from app.identity.tokens import ACCESS_TOKEN_LIFE, AccessToken

TRUST_FOR = timedelta(seconds=1)
"""How long an answer of the database is reused: a token works at most this long after its session has ended.
No message between processes shortens that, because a message can be lost."""
PEOPLE_MAX = 20_000

Key = tuple[UUID, UUID]


class Liveness:
    """One per process. Asks the database once a second per person, however many requests he makes."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._known: OrderedDict[Key, tuple[datetime, asyncio.Task[PersonNow | None]]] = OrderedDict()

    async def caller_now(self, token: AccessToken, *, now: datetime) -> Scope | None:
        """The caller with the roles he has today, or None when his token is no longer good."""
        caller = token.caller
        person = await self._person((caller.company_id, caller.user_id), now)
        if person is None or not person.is_active or person.session_version != token.session_version:
            return None
        if token.family_id in person.ended_families:
            return None
        roles = frozenset(Role(role) for role in person.roles)
        return msgspec.structs.replace(caller, roles=roles, lang=person.lang)

    async def _person(self, key: Key, now: datetime) -> PersonNow | None:
        """An answer with a time in the future is asked for again: the clock was set back."""
        asked_at, answer = self._known.get(key, (None, None))
        if asked_at is None or answer is None or not timedelta(0) <= now - asked_at < TRUST_FOR:
            answer = asyncio.create_task(self._ask(key, now))
            self._keep(key, now, answer)
        try:
            return await asyncio.shield(answer)
        except Exception:
            self._known.pop(key, None)
            raise

    def _keep(self, key: Key, now: datetime, answer: asyncio.Task[PersonNow | None]) -> None:
        self._known[key] = (now, answer)
        self._known.move_to_end(key)
        if len(self._known) > PEOPLE_MAX:
            self._known.popitem(last=False)

    async def _ask(self, key: Key, now: datetime) -> PersonNow | None:
        company_id, user_id = key
        return await look_across(
            self._sessions, PERSON_NOW, company=company_id, user=user_id, ended_after=now - ACCESS_TOKEN_LIFE
        )
