"""What may be declared, and how much of it. Sizes in bytes."""

from datetime import timedelta
from typing import NamedTuple

SIZE_MAX = 20_000_000
SIGNATURE_SIZE_MAX = 300_000
SIGNATURE_PIXELS_MAX = 8_000_000
"""A whole screen of the sharpest phone. It is decoded to be printed: a kilobyte can hold 50 million
pixels of nothing, which keep the press busy for 13 s and take half a gigabyte."""
PHOTOS_PER_JOB_MAX = 40
ATTACHMENTS_PER_VISIT_MAX = 60

UPLOAD_WITHIN = timedelta(hours=24)
STORING_LEASE = timedelta(minutes=15)
"""How long the file store may take with one file: until then nobody sweeps it away."""

PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp")
SIGNATURE_TYPES = ("image/png",)
"""What is checked to the last byte. HEIC is not: phones send JPEG when a page asks for it."""

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


class Problem(NamedTuple):
    path: str
    code: str
    params: dict[str, object]


def find_problems(*, purpose: str, content_type: str, size: int) -> list[Problem]:
    """Why a file cannot be taken, before it is sent."""
    is_signature = purpose == "signature"
    types = SIGNATURE_TYPES if is_signature else PHOTO_TYPES
    size_max = SIGNATURE_SIZE_MAX if is_signature else SIZE_MAX
    problems = []
    if content_type not in types:
        problems.append(Problem("content_type", "content_type_not_taken", {"types": ", ".join(types)}))
    if size > size_max:
        problems.append(Problem("size", "file_too_large", {"size_max": size_max}))
    return problems
