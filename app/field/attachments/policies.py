"""Which files may be declared, and how many. Sizes are in bytes."""

from datetime import datetime, timedelta
from typing import NamedTuple

MB = 1_000_000
SIZE_MAX = 40 * MB
"""A JPEG of 108 megapixels has 20 to 35 MB."""
SIGNATURE_SIZE_MAX = 300_000
SIGNATURE_PIXELS_MAX = 8_000_000
"""The largest phone screen. A signature is decoded for printing, and a file of a kilobyte can hold 50 million
empty pixels: printing them takes 13 s and half a gigabyte of memory."""
PROOFS = ("photo", "photo_act", "signature")
"""What stands for the work of one visit, and what a visit needs to be completed."""
PROOFS_PER_VISIT_MAX = 60
OTHERS_PER_JOB_MAX = 200
"""For each of the other purposes. A job is measured with a photo of the tape for each side of each opening."""
QUOTA_PERIOD = timedelta(hours=24)
COUNTED_TOGETHER = {"photo": ("photo", "photo_act"), "photo_act": ("photo", "photo_act")}

UPLOAD_WITHIN = timedelta(hours=24)

PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp", "image/heic")
SIGNATURE_TYPES = ("image/png",)
"""Only types that `images` can check to the last byte."""


class Problem(NamedTuple):
    path: str
    code: str
    params: dict[str, object]


class Quota(NamedTuple):
    """What a company may send, as the settings of the server have it."""

    photos_per_job: int
    """`photo` and `photo_act` together."""
    bytes_per_day: int


class Counted(NamedTuple):
    """Files declared so far, stored or not."""

    of_job: int
    """Of the purpose, and of those that count together with it."""
    proofs_of_visit: int


def counted_with(purpose: str) -> list[str]:
    """The purposes that count together with this one, and itself."""
    return list(COUNTED_TOGETHER.get(purpose, (purpose,)))


def full_at(purpose: str, counted: Counted, quota: Quota) -> int | None:
    """The maximum that is reached, if no further file of this purpose may be declared."""
    of_job_max = {"photo": quota.photos_per_job, "photo_act": quota.photos_per_job, "signature": None}.get(
        purpose, OTHERS_PER_JOB_MAX
    )
    if of_job_max is not None and counted.of_job >= of_job_max:
        return of_job_max
    if purpose in PROOFS and counted.proofs_of_visit >= PROOFS_PER_VISIT_MAX:
        return PROOFS_PER_VISIT_MAX
    return None


def find_problems(*, purpose: str, content_type: str, size: int) -> list[Problem]:
    """Why a declared file cannot be accepted."""
    is_signature = purpose == "signature"
    types = SIGNATURE_TYPES if is_signature else PHOTO_TYPES
    size_max = SIGNATURE_SIZE_MAX if is_signature else SIZE_MAX
    problems = []
    if content_type not in types:
        problems.append(Problem("content_type", "content_type_not_taken", {"types": ", ".join(types)}))
    if size > size_max:
        problems.append(Problem("size", "file_too_large", {"size_max": size_max}))
    return problems


def moments_of(taken_at: datetime | None, captured_at: datetime | None) -> list[datetime]:
    """When a photo was taken, as its camera says and as the app does. They differ for a photo out of an album."""
    return [one for one in (taken_at, captured_at) if one is not None]


def seconds_before(taken_at: datetime | None, said_at: datetime) -> int | None:
    """How long before the time of its command a photo was taken, by the camera. Negative: after it."""
    return None if taken_at is None else round((said_at - taken_at).total_seconds())
