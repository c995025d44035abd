import hashlib
import hmac


def keyed_hash(secret_key: str, purpose: str, *parts: str) -> bytes:
    """HMAC-SHA256 with the server's key. Without the key nobody can compute it, or guess the value in a stolen table.

    A hash made for one `purpose` is of no use for another.
    """
    return hmac.digest(secret_key.encode(), "\n".join([purpose, *parts]).encode(), hashlib.sha256)
