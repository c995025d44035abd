"""What may be said in a chat, and what an answer settles."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.core.errors import DomainError, Invalid, NotFound
from app.core.scope import Role, Scope
from app.field.chat.values import KnownPhoto, SentMessage, SentPhoto

PHOTOS_MAX = 10
MESSAGES_PER_MINUTE_MAX = 60
"""Of one person in one job, by the times at which they were written: what a phone kept for hours comes at once."""
MINUTE = timedelta(minutes=1)
MESSAGES_PER_JOB_MAX = 5000
UNREAD_SINCE = timedelta(days=30)
"""Older messages are not counted as unread, so that the count stays quick for somebody who never reads."""
EXCERPT_LENGTH = 200

ANSWERS = frozenset({Role.OWNER, Role.SUPERVISOR, Role.DISPATCHER})
"""Whose message is the answer to a question for the dispatcher."""


class ChatMessageEmpty(DomainError):
    """Neither text nor a photo."""

    status = 422
    code = "chat_message_empty"


class ChatMessageNotFound(NotFound):
    """It corrects a message that is not in this chat, or not of the same person."""

    code = "chat_message_not_found"


class ChatPhotosRefused(Invalid):
    """A photo is not of this job, or its hash is another."""

    code = "chat_photos_refused"


class ChatPhotoNotUploaded(DomainError):
    """The photo was declared but has not come yet. Send the message again after it."""

    code = "chat_photo_not_uploaded"


class ChatTooFast(DomainError):
    """So many messages a minute nobody writes."""

    status = 429
    code = "chat_too_fast"


class ChatFull(DomainError):
    code = "chat_full"


def check_message(sent: SentMessage) -> None:
    """
    Raises:
        ChatMessageEmpty: there is nothing to read or to see.
    """
    if not sent.text.strip() and not sent.photos:
        raise ChatMessageEmpty


def check_pace(*, last_number: int, within_minute: int) -> None:
    """
    Raises:
        ChatFull: the job has its maximum of messages; `limit` is that number.
        ChatTooFast: the person has written `limit` messages within a minute.
    """
    if last_number >= MESSAGES_PER_JOB_MAX:
        raise ChatFull(limit=MESSAGES_PER_JOB_MAX)
    if within_minute >= MESSAGES_PER_MINUTE_MAX:
        raise ChatTooFast(limit=MESSAGES_PER_MINUTE_MAX)


def check_photos(sent: Sequence[SentPhoto], known: Mapping[UUID, KnownPhoto]) -> None:
    """Whether these photos of the job may be shown. `known` are the photos of the job among them.

    Raises:
        ChatPhotosRefused: lists every problem with its path.
        ChatPhotoNotUploaded: all are right, but the bytes of one have not come.
    """
    ids = [photo.attachment_id for photo in sent]
    problems = [
        _problem(index, code)
        for index, photo in enumerate(sent)
        if (code := _fault(photo, known.get(photo.attachment_id), earlier=ids[:index]))
    ]
    if problems:
        raise ChatPhotosRefused(errors=problems)
    for photo in sent:
        if known[photo.attachment_id].stored_at is None:
            raise ChatPhotoNotUploaded(attachment_id=str(photo.attachment_id))


def _fault(photo: SentPhoto, known: KnownPhoto | None, *, earlier: Sequence[UUID]) -> str | None:
    if known is None or known.purpose == "signature":
        return "chat_photo_unknown"
    if known.sha256 != photo.sha256:
        return "chat_photo_differs"
    return "chat_photo_repeated" if photo.attachment_id in earlier else None


def _problem(index: int, code: str) -> dict[str, Any]:
    return {"path": f"photos[{index}].attachment_id", "code": code, "params": {}}


def answers_questions(scope: Scope, sent: SentMessage) -> bool:
    """Whether this message settles the questions that were asked before it."""
    return not sent.for_dispatcher and not scope.roles.isdisjoint(ANSWERS)


def answered_numbers(asked: Sequence[int], *, read_number: int) -> list[int]:
    """The questions that an answer settles. One that came after what the sender has read stays open."""
    return [number for number in asked if number <= read_number]


CONSONANT = "[бвгджзклмнпрстфхцчшщ]"
FLEETING = re.compile(rf"(.+{CONSONANT})[ое]({CONSONANT})")
WITHOUT_VOWEL = re.compile(rf"(.*{CONSONANT})({CONSONANT})")


def spellings(stem: str) -> list[str]:
    """A folded Russian stem, also with and without the vowel that comes and goes: `окон` and `окн`, `замк` and
    `замок`. The stemmer takes only endings away."""
    if found := FLEETING.fullmatch(stem):
        return [stem, found[1] + found[2]]
    if found := WITHOUT_VOWEL.fullmatch(stem):
        return [stem, *(f"{found[1]}{vowel}{found[2]}" for vowel in "ое")]
    return [stem]


def excerpt(text: str) -> str:
    """The beginning of a message for the title of an inbox item: `: Где ключи?`, or nothing."""
    line = " ".join(text.split())
    if not line:
        return ""
    return ": " + (line if len(line) <= EXCERPT_LENGTH else line[: EXCERPT_LENGTH - 1] + "…")
