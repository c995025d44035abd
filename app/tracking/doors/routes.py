from typing import Any

import msgspec
from litestar import Request, Router, post
from litestar.di import NamedDependency, Provide
from litestar.exceptions import ValidationException
from litestar.params import SkipValidation

from app.core.clock import Clock
from app.core.i18n import choose_lang
from app.core.scope import Scope
from app.http.guards import workers
from app.http.refusals import refuses
from app.http.wording import Complaint, complaint_of_error
from app.tracking.doors import own
from app.tracking.doors.own import PLAIN_BYTES_MAX, Batch, BatchTooBig, BatchTooLong, NotGzip, SendPings
from app.tracking.doors.schemas import PingsTakenOut
from app.tracking.doors.service import take_batch
from app.tracking.pings.grouping import PingStore


def provide_pings(request: Request[Any, Any, Any]) -> PingStore:
    store: PingStore = request.app.state.pings
    return store


async def _read(request: Request[Any, Any, Any]) -> Batch:
    plain = own.unpack(await request.body(), request.headers.get("content-encoding", ""))
    try:
        return own.read_batch(plain)
    except msgspec.ValidationError as error:
        raise ValidationException(extra=[complaint_of_error(error)]) from error
    except msgspec.DecodeError as error:
        raise ValidationException(extra=[Complaint("not_json")]) from error


@post(
    "/pings",
    operation_id="sendPings",
    guards=[workers],
    status_code=200,
    reads_json=SendPings,
    request_max_body_size=PLAIN_BYTES_MAX,
)
@refuses(BatchTooBig, BatchTooLong, NotGzip)
async def send_pings(
    request: Request[Any, Any, Any],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    pings: NamedDependency[SkipValidation[PingStore]],
) -> PingsTakenOut:
    """Send up to 1,000 positions of the phone, plain or with `Content-Encoding: gzip`.

    Each gets its own verdict. A ping that is wrong, or comes from a time in which the worker may not be tracked, is
    refused and leaves nothing; the others are kept. The answer comes when they are durable. What was sent before
    may be sent again, in any order and any number of times.
    """
    batch = await _read(request)
    verdicts = await take_batch(pings, caller, batch, now=clock.now())
    return PingsTakenOut.of(verdicts, choose_lang(request.headers.get("accept-language")))


router = Router(
    "/tracking",
    route_handlers=[send_pings],
    dependencies={"pings": Provide(provide_pings, sync_to_thread=False)},
    tags=["tracking: positions"],
)
