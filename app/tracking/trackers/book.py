"""Which tracker shows a key. Pings come every second, so an answer of the database is used again for a while."""

from collections import OrderedDict
from datetime import datetime, timedelta
from uuid import UUID

from app.db.session import Sessions, transaction
from app.db.work import look_across
from app.tracking.trackers import keys, queries
from app.tracking.trackers.queries import FIND_TRACKER, SEEN_EVERY, KnownTracker

TRUST_FOR = timedelta(seconds=1)
"""How long a key works at most after it was revoked."""
TRUST_TO_ASK = timedelta(minutes=10)
"""Whose key it is does not change. An old answer will do for a transaction that itself looks whether it was revoked."""
KEYS_MAX = 20_000


class TrackerBook:
    """One per process."""

    def __init__(self, sessions: Sessions, strangers: Sessions, secret_key: str) -> None:
        """Keys that were good before are looked up by `sessions`. Somebody who tries keys gets the few connections
        of strangers, and keeps no tracker waiting."""
        self._sessions = sessions
        self._strangers = strangers
        self._secret_key = secret_key
        self._known: OrderedDict[str, tuple[datetime, KnownTracker]] = OrderedDict()
        """By the key as it was typed."""
        self._seen: OrderedDict[UUID, datetime] = OrderedDict()

    async def find(self, text: str, *, now: datetime, is_asked_later: bool = False) -> KnownTracker | None:
        """The tracker with this key, as somebody typed it. None: there is none, or it was revoked.

        Pass `is_asked_later` if the transaction that follows looks whether it was revoked.
        """
        asked_at, tracker = self._known.get(text, (None, None))
        trusted = TRUST_TO_ASK if is_asked_later else TRUST_FOR
        if tracker is not None and asked_at is not None and timedelta(0) <= now - asked_at < trusted:
            return tracker
        key = keys.read_key(text)
        if key is None:
            return None
        maker = self._sessions if tracker else self._strangers
        found = await look_across(maker, FIND_TRACKER, key=keys.hash_of(self._secret_key, key))
        self._keep(text, found, now)
        return found

    def _keep(self, text: str, found: KnownTracker | None, now: datetime) -> None:
        if found is None:
            self._known.pop(text, None)
            return
        self._known[text] = (now, found)
        self._known.move_to_end(text)
        if len(self._known) > KEYS_MAX:
            self._known.popitem(last=False)

    def forget(self, tracker: KnownTracker) -> None:
        """It turned out to be revoked."""
        for text in [text for text, (_, known) in self._known.items() if known == tracker]:
            del self._known[text]

    def is_seen_anew(self, tracker: KnownTracker, *, now: datetime) -> bool:
        """Whether it has to be noted that it has sent something: about once a minute, whatever it sends."""
        seen_at = self._seen.get(tracker.tracker_id)
        if seen_at is not None and now - seen_at < SEEN_EVERY:
            return False
        self._seen[tracker.tracker_id] = now
        if len(self._seen) > KEYS_MAX:
            self._seen.popitem(last=False)
        return True

    async def note_seen(self, tracker: KnownTracker, *, now: datetime) -> None:
        """Note that it has sent something, in a transaction of its own."""
        async with transaction(self._sessions, tracker.company_id) as session:
            await queries.note_seen(session, tracker.company_id, tracker.tracker_id, now=now)
