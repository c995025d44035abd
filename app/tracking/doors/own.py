"""Our own JSON: a batch of pings, read one by one, so that a wrong one fails nobody else."""

import zlib
from collections.abc import Sequence
from datetime import datetime
from gzip import BadGzipFile, GzipFile
from io import BytesIO
from typing import Annotated, Any

import msgspec

from app.core.errors import DomainError
from app.http.schemas import In, Moment
from app.http.wording import Complaint, complaint_of_error
from app.tracking.doors.loose_json import loosely_decoded
from app.tracking.pings.values import (
    ACCURACY_MAX_M,
    ALTITUDE_MAX_M,
    ALTITUDE_MIN_M,
    HEADING_MAX_DEG,
    SPEED_MAX_MPS,
    Ping,
)

PINGS_MAX = 1_000
PLAIN_BYTES_MAX = 2_000_000
"""A thousand pings with all their fields and long words take a third of it."""

Share = Annotated[float, msgspec.Meta(ge=0, le=100)]
Word = Annotated[str, msgspec.Meta(max_length=100)]


class BatchTooLong(DomainError):
    """More pings than one request may carry. The phone sends them in parts."""

    status = 413
    code = "batch_too_long"


class BatchTooBig(DomainError):
    """Unpacked, the body is larger than any batch."""

    status = 413
    code = "batch_too_big"


class NotGzip(DomainError):
    """The header says gzip and the bytes say something else, or their end is missing."""

    status = 400
    code = "not_gzip"


class EncodingNotSupported(DomainError):
    """The body is packed in another way than gzip."""

    status = 415
    code = "encoding_not_supported"


class PingIn(In):
    """Where the phone was. What it does not know is left out or null."""

    at: Moment
    """By the phone's clock."""
    lat: float
    """Degrees, WGS 84."""
    lon: float
    accuracy_m: Annotated[float, msgspec.Meta(ge=0, le=ACCURACY_MAX_M)] | None = None
    """The phone was within this radius with a probability of 68 %."""
    speed_mps: Annotated[float, msgspec.Meta(ge=0, le=SPEED_MAX_MPS)] | None = None
    heading_deg: Annotated[float, msgspec.Meta(ge=0, le=HEADING_MAX_DEG)] | None = None
    altitude_m: Annotated[float, msgspec.Meta(ge=ALTITUDE_MIN_M, le=ALTITUDE_MAX_M)] | None = None
    battery_pct: Share | None = None
    is_charging: bool | None = None
    provider: Word | None = None
    """gps, network, fused, …"""
    activity: Word | None = None
    """still, walking, in_vehicle, …"""
    is_mock: bool | None = None
    """The place was made up by a program, the phone says."""
    trigger: Word | None = None
    """Why it was recorded: time, distance, motion, …"""
    seq: Annotated[int, msgspec.Meta(ge=0, le=2**62)] | None = None
    """Number of the ping on this device, so that a missing one can be seen."""

    def ping(self) -> Ping:
        """Both have the same fields in the same order."""
        return Ping._make(msgspec.structs.astuple(self))


class SendPings(In):
    """Pings in any order. What was sent before may be sent again."""

    pings: list[PingIn]
    """At most 1,000."""
    sent_at: Moment | None = None
    """When this is sent, by the phone's clock. It corrects a wrong clock; a retry sends the new time."""


class Batch(msgspec.Struct):
    """What was read of a body."""

    sent_at: datetime | None
    pings: list[Ping | Complaint]
    """In the order of the body. A complaint stands for a ping that cannot be read."""


class _Loose(In):
    """The batch without its pings, which are looked at one by one."""

    pings: list[Any]
    sent_at: Moment | None = None


STRICT = msgspec.json.Decoder(SendPings)
NUL = rb"\u0000"
"""In JSON a NUL, which PostgreSQL cannot hold, is always written so."""


def unpack(body: bytes, encoding: str) -> bytes:
    """The plain body. It is never unpacked further than the limit, whatever it claims to be.

    Raises:
        NotGzip, BatchTooBig, EncodingNotSupported.
    """
    named = encoding.strip().lower()
    if named in ("", "identity"):
        _check_size(body)
        return body
    if named not in ("gzip", "x-gzip"):
        raise EncodingNotSupported(encoding=encoding[:100])
    if not body:
        raise NotGzip
    try:
        plain = GzipFile(fileobj=BytesIO(body)).read(PLAIN_BYTES_MAX + 1)
    except (BadGzipFile, EOFError, zlib.error) as error:
        raise NotGzip from error
    _check_size(plain)
    return plain


def _check_size(plain: bytes) -> None:
    if len(plain) > PLAIN_BYTES_MAX:
        raise BatchTooBig(limit=PLAIN_BYTES_MAX)


def read_batch(body: bytes) -> Batch:
    """Read a plain body.

    Raises:
        BatchTooLong: more than 1,000 pings.
        BatchTooBig: more than 2 MB.
        msgspec.ValidationError: no batch at all.
        ValueError: it is no JSON.
        RecursionError: it is nested too deep.
    """
    _check_size(body)
    if NUL in body:
        return _read_one_by_one(body)
    try:
        sent = STRICT.decode(body)
    except msgspec.DecodeError:
        return _read_one_by_one(body)
    check_length(sent.pings)
    return Batch(sent.sent_at, [one.ping() for one in sent.pings])


def _read_one_by_one(body: bytes) -> Batch:
    loose = msgspec.convert(loosely_decoded(body), _Loose)
    check_length(loose.pings)
    return Batch(loose.sent_at, [_read_one(one) for one in loose.pings])


def check_length(pings: Sequence[Any]) -> None:
    """
    Raises:
        BatchTooLong: more than 1,000.
    """
    if len(pings) > PINGS_MAX:
        raise BatchTooLong(limit=PINGS_MAX, count=len(pings))


def _read_one(raw: Any) -> Ping | Complaint:
    try:
        ping = msgspec.convert(raw, PingIn).ping()
    except msgspec.ValidationError as error:
        return complaint_of_error(error)
    has_nul = any(isinstance(value, str) and "\0" in value for value in ping)
    return Complaint("nul") if has_nul else ping
