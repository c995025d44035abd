from datetime import timedelta
from uuid import UUID

from app.identity.attempts.policies import Limit
from app.identity.keyed_hash import keyed_hash

REGISTER_PER_ADDRESS = Limit(20, timedelta(hours=1))


def company_id_of(secret_key: str, idempotency_key: str) -> UUID:
    """The id a company registered with this key has: asking again finds the same company."""
    return UUID(bytes=keyed_hash(secret_key, "company of registration", idempotency_key)[:16], version=4)
