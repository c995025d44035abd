"""Signs the addresses that we give to gateways, so that nobody else can report a delivery."""

import hashlib
import hmac

PURPOSE = b"brigada sms reports "


def sign_reports(secret_key: str, ref: str) -> str:
    """Signature for the address that receives reports about one message (`<company>/<message>`)."""
    return hmac.new(secret_key.encode(), PURPOSE + ref.encode(), hashlib.sha256).hexdigest()


def is_signed(secret_key: str, ref: str, signature: str) -> bool:
    return hmac.compare_digest(sign_reports(secret_key, ref).encode(), signature.encode())
