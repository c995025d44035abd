"""Writes an e-mail as it travels (RFC 5322)."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from app.notifications.channels.protocol import Letter


def write_letter(
    *, ref: str, to: str, text: str, sender_name: str, sender_address: str, letter: Letter, now: datetime
) -> EmailMessage:
    """The whole e-mail. `ref` (`<company>/<message>`) stands in its Message-ID, so an answer tells what it is about."""
    domain = sender_address.rpartition("@")[2]
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = f"<{ref.replace('/', '.')}@{domain}>"
    message["Date"] = now
    message["From"] = Address(_on_one_line(sender_name), addr_spec=sender_address)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = _on_one_line(letter.subject)
    message["Auto-Submitted"] = "auto-generated"
    if letter.is_refusable:
        _add_way_out(message, letter.stop_link, sender_address)
    message.set_content(text)
    if letter.html is not None:
        message.add_alternative(letter.html, subtype="html")
    return message


def _add_way_out(message: EmailMessage, stop_link: str, sender_address: str) -> None:
    """How a mail program takes somebody off the list: with one tap (RFC 8058), or by a letter."""
    by_letter = f"<mailto:{sender_address}?subject=stop>"
    if stop_link:
        message["List-Unsubscribe"] = f"<{stop_link}>, {by_letter}"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    else:
        message["List-Unsubscribe"] = by_letter


def _on_one_line(words: str) -> str:
    return " ".join(words.split())
