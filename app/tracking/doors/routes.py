from typing import Any

import msgspec
from litestar import Request, Router, post
from litestar.di import NamedDependency, Provide
from litestar.exceptions import ValidationException
from litestar.params import JSONBody, SkipValidation

from app.core.clock import Clock
from app.core.i18n import choose_lang
from app.core.scope import Scope
from app.db.reader import Reader
from app.http.guards import workers
from app.http.refusals import refuses
from app.http.wording import Complaint, complaint_of_error
from app.tracking.doors import own
from app.tracking.doors.dependencies import Doors, provide_doors
from app.tracking.doors.own import (
    PLAIN_BYTES_MAX,
    Batch,
    BatchTooBig,
    BatchTooLong,
    EncodingNotSupported,
    NotGzip,
    SendPings,
)
from app.tracking.doors.schemas import PingsTakenOut, PositionTakenOut, SendPosition
from app.tracking.doors.service import take_batch
from app.tracking.doors.single import (
    NotOnShift,
    NoTrackingConsent,
    PositionFromFuture,
    PositionTooOld,
    PrivateTimeLasts,
    take_position,
)


async def _read(request: Request[Any, Any, Any]) -> Batch:
    plain = own.unpack(await request.body(), request.headers.get("content-encoding", ""))
    try:
        return own.read_batch(plain)
    except msgspec.ValidationError as error:
        raise ValidationException(extra=[complaint_of_error(error)]) from error
    except RecursionError as error:
        raise ValidationException(extra=[Complaint("too_deep")]) from error
    except ValueError as error:
        raise ValidationException(extra=[Complaint("not_json")]) from error


@post(
    "/tracking/pings",
    operation_id="sendPings",
    guards=[workers],
    status_code=200,
    reads_json=SendPings,
    request_max_body_size=PLAIN_BYTES_MAX,
)
@refuses(BatchTooBig, BatchTooLong, EncodingNotSupported, NotGzip)
async def send_pings(
    request: Request[Any, Any, Any],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    doors: NamedDependency[SkipValidation[Doors]],
) -> PingsTakenOut:
    """Send up to 1,000 positions of the phone, plain or with `Content-Encoding: gzip`.

    Each gets its own verdict. A ping that is wrong, or comes from a time in which the worker may not be tracked, is
    refused and leaves nothing; the others are kept. The answer comes when they are durable. What was sent before
    may be sent again, in any order and any number of times.
    """
    batch = await _read(request)
    verdicts = await take_batch(doors.store, caller, batch, now=clock.now())
    return PingsTakenOut.of(verdicts, choose_lang(request.headers.get("accept-language")))


@post("/field/position", operation_id="sendPosition", guards=[workers], status_code=200)
@refuses(NoTrackingConsent, NotOnShift, PositionFromFuture, PositionTooOld, PrivateTimeLasts)
async def send_position(
    data: JSONBody[SendPosition],
    reader: NamedDependency[SkipValidation[Reader]],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    doors: NamedDependency[SkipValidation[Doors]],
) -> PositionTakenOut:
    """Send the position of the phone. Refused, and not stored, while its owner may not be tracked.

    A position that cannot be right does not become his; `ignored_because` says why. For many at once: `sendPings`.
    """
    ignored = await take_position(doors.store, reader, caller, data.ping(), now=clock.now())
    return PositionTakenOut(is_newest=ignored is None, ignored_because=ignored)


router = Router(
    "/",
    route_handlers=[send_pings, send_position],
    dependencies={"doors": Provide(provide_doors, sync_to_thread=False)},
    tags=["tracking: positions"],
)
