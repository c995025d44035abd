"""Which tracker shows a key. Pings come every second, so an answer of the database is used again for a second."""

from collections import OrderedDict
from datetime import datetime, timedelta
from uuid import UUID

from app.db.session import Sessions, transaction
from app.db.work import look_across
from app.tracking.trackers import keys, queries
from app.tracking.trackers.queries import FIND_TRACKER, SEEN_EVERY, KnownTracker

TRUST_FOR = timedelta(seconds=1)
"""How long a key works at most after it was revoked."""
KEYS_MAX = 20_000


class TrackerBook:
    """One per process."""

    def __init__(self, sessions: Sessions, strangers: Sessions, secret_key: str) -> None:
        """Keys that were good before are looked up by `sessions`. Somebody who tries keys gets the few connections
        of strangers, and keeps no tracker waiting."""
        self._sessions = sessions
        self._strangers = strangers
        self._secret_key = secret_key
        self._known: OrderedDict[bytes, tuple[datetime, KnownTracker]] = OrderedDict()
        self._seen: OrderedDict[UUID, datetime] = OrderedDict()

    async def find(self, text: str, *, now: datetime) -> KnownTracker | None:
        """The tracker with this key, as somebody typed it. None: there is none, or it was revoked."""
        key = keys.read_key(text)
        if key is None:
            return None
        hashed = keys.hash_of(self._secret_key, key)
        asked_at, tracker = self._known.get(hashed, (None, None))
        if tracker is not None and asked_at is not None and timedelta(0) <= now - asked_at < TRUST_FOR:
            return tracker
        found = await look_across(self._sessions if tracker else self._strangers, FIND_TRACKER, key=hashed)
        self._keep(hashed, found, now)
        return found

    def _keep(self, hashed: bytes, found: KnownTracker | None, now: datetime) -> None:
        if found is None:
            self._known.pop(hashed, None)
            return
        self._known[hashed] = (now, found)
        self._known.move_to_end(hashed)
        if len(self._known) > KEYS_MAX:
            self._known.popitem(last=False)

    async def note_seen(self, tracker: KnownTracker, *, now: datetime) -> None:
        """Note that it has sent something: about once a minute, whatever it sends."""
        if now - self._seen.get(tracker.tracker_id, now - SEEN_EVERY) < SEEN_EVERY:
            return
        self._seen[tracker.tracker_id] = now
        if len(self._seen) > KEYS_MAX:
            self._seen.popitem(last=False)
        async with transaction(self._sessions, tracker.company_id) as session:
            await queries.note_seen(session, tracker.company_id, tracker.tracker_id, now=now)
