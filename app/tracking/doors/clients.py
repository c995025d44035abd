"""Addresses for GPS programs that people already have. They show the key of a tracker instead of a token."""

from collections import Counter
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import structlog
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import SkipValidation

from app.core.clock import Clock
from app.core.errors import DomainError
from app.core.scope import Scope
from app.http.guards import public
from app.http.known_queries import ANY_QUERY
from app.http.refusals import refuses
from app.tracking.doors import osmand, own, owntracks
from app.tracking.doors.contract import DEVICE_OF_OWNTRACKS, FORM, OWNTRACKS_JSON, PARAMETERS, TRACCAR_JSON
from app.tracking.doors.dependencies import Doors, provide_doors
from app.tracking.doors.own import BatchTooBig, BatchTooLong, EncodingNotSupported, NotGzip
from app.tracking.doors.reports import Report, ReportUnreadable
from app.tracking.doors.service import find_sender, take_report
from app.tracking.pings.policies import DUPLICATE, TAKEN

AnyRequest = Request[Any, Any, Any]
OpenDoors = NamedDependency[SkipValidation[Doors]]
VERDICT = "Ping-Verdict"
"""Header of the answer: `taken`, `duplicate`, why it was not kept, or what else was acknowledged."""
PARAMETERS_MAX = 100
VERDICTS_MAX = 50
FORM_TYPE = "application/x-www-form-urlencoded"


class TrackerKeyUnknown(DomainError):
    """No tracker has the device id of this address, or it was revoked. A Traccar server answers so, too."""

    status = 400
    code = "tracker_key_unknown"


class TrackerDeviceUnknown(DomainError):
    """No tracker has the device id in this JSON, or it was revoked. A Traccar server answers so, too."""

    status = 404
    code = "tracker_device_unknown"


class TrackerNotSignedIn(DomainError):
    """No tracker has this password or device, or it was revoked, or the two are of different trackers."""

    status = 401
    code = "tracker_not_signed_in"
    challenge = 'Basic realm="Brigada"'


async def _take(
    request: AnyRequest, doors: Doors, report: Report, unknown: type[DomainError], *, now: datetime
) -> list[str]:
    """Raises `unknown` if nobody has one of the keys."""
    tracker = await find_sender(doors.book, report, now=now)
    if tracker is None:
        raise unknown
    # from here on it is no stranger, and is not paced like one
    request.scope["user"] = Scope(
        company_id=tracker.company_id,
        user_id=tracker.worker_id,
        roles=frozenset(),
        device_id=tracker.tracker_id,
    )
    structlog.contextvars.bind_contextvars(
        company_id=str(tracker.company_id), tracker_id=str(tracker.tracker_id)
    )
    verdicts = await take_report(doors.store, doors.book, tracker, report, now=now)
    if verdicts is None:
        raise unknown
    return [str(one) for one in verdicts]


async def _body(request: AnyRequest) -> bytes:
    return own.unpack(await request.body(), request.headers.get("content-encoding", ""))


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=PARAMETERS_MAX)
    except ValueError as error:
        raise ReportUnreadable.because("report_parameters") from error


def _pairs_of_address(request: AnyRequest) -> list[tuple[str, str]]:
    return _pairs(request.scope["query_string"].decode("latin-1"))


def _answer(report: Report, verdicts: list[str]) -> Response[bytes]:
    """Empty for what was kept, as a Traccar server answers. A word for what was not."""
    said = _said(report, verdicts)
    was_kept = bool(verdicts) and all(one in (TAKEN, DUPLICATE) for one in verdicts)
    return Response(b"" if was_kept else said.encode(), media_type="text/plain", headers={VERDICT: said})


def _said(report: Report, verdicts: list[str]) -> str:
    """The verdicts in the order of the positions. Of many only how often each came: headers have to stay short."""
    if len(verdicts) > VERDICTS_MAX:
        return ",".join(f"{verdict}={count}" for verdict, count in Counter(verdicts).items())
    return ",".join(verdicts) or report.says


@get(
    "/osmand",
    operation_id="takeOsmandAddress",
    guards=[public],
    opt={ANY_QUERY: True},
    security=[{}],
    media_type="text/plain",
    reads_query=PARAMETERS,
)
@refuses(ReportUnreadable, TrackerKeyUnknown)
async def take_osmand_address(
    request: AnyRequest, doors: OpenDoors, clock: NamedDependency[Clock]
) -> Response[bytes]:
    """Take a position from OsmAnd or Traccar Client: everything stands in the address.

    `id` (or `deviceid`) is the key of a tracker; `lat` and `lon` (or `location=lat,lon`), `timestamp` (seconds or
    milliseconds since 1970, or ISO 8601), `speed` in knots (or `speed_mps`), `bearing` (or `heading`), `altitude`,
    `accuracy` (or `hdop`), `batt` in percent, `charge`, `valid`, `mock`. GPSLogger takes this address with
    `?id=KEY&%ALL`. Other parameters are not kept. What may not be kept is answered with 200, too, so that the program
    goes on; the header `Ping-Verdict` says why.
    """
    now = clock.now()
    report = osmand.read_parameters(_pairs_of_address(request), now=now)
    return _answer(report, await _take(request, doors, report, TrackerKeyUnknown, now=now))


@post(
    "/osmand",
    operation_id="takeOsmandBody",
    guards=[public],
    opt={ANY_QUERY: True},
    security=[{}],
    media_type="text/plain",
    status_code=200,
    reads_query=PARAMETERS,
    reads_body={"application/json": TRACCAR_JSON, "application/x-www-form-urlencoded": FORM},
)
@refuses(
    BatchTooBig,
    BatchTooLong,
    EncodingNotSupported,
    NotGzip,
    ReportUnreadable,
    TrackerDeviceUnknown,
    TrackerKeyUnknown,
)
async def take_osmand_body(
    request: AnyRequest, doors: OpenDoors, clock: NamedDependency[Clock]
) -> Response[bytes]:
    """Take a position from Traccar Client: parameters in the address or as a form, or the JSON of version 9 or 10.

    The JSON of version 9 names the tracker by `device_id`; its `coords` have metres per second, `battery.level` is
    from 0 to 1, and -1 means that something is not known. That of version 10 is a list of objects with the names and
    units of the parameters.
    """
    now, body, pairs = clock.now(), await _body(request), _pairs_of_address(request)
    kind = request.headers.get("content-type", "").strip().lower()
    if kind.startswith("application/json"):
        report = osmand.read_body(body, now=now)
        return _answer(report, await _take(request, doors, report, TrackerDeviceUnknown, now=now))
    if not pairs or kind.startswith(FORM_TYPE):
        pairs += _pairs(body.decode("latin-1"))
    report = osmand.read_parameters(pairs, now=now)
    return _answer(report, await _take(request, doors, report, TrackerKeyUnknown, now=now))


@post(
    "/owntracks",
    operation_id="takeOwntracks",
    guards=[public],
    opt={ANY_QUERY: True},
    security=[{}],
    media_type="application/json",
    status_code=200,
    reads_query=DEVICE_OF_OWNTRACKS,
    reads_body={"application/json": OWNTRACKS_JSON},
)
@refuses(BatchTooBig, BatchTooLong, EncodingNotSupported, NotGzip, ReportUnreadable, TrackerNotSignedIn)
async def take_owntracks(
    request: AnyRequest, doors: OpenDoors, clock: NamedDependency[Clock]
) -> Response[bytes]:
    """Take a message of OwnTracks in HTTP mode. The answer is an empty list.

    The key of the tracker is the password, or the device: `d` in the address, `X-Limit-D`, or the last part of the
    topic. `location` and `transition` with a place are kept; other types are acknowledged, as is an empty body.
    What is encrypted is refused: clear the encryption key of the app, and it sends once more what it still has.
    What may not be kept is answered with 200, too; the header `Ping-Verdict` says why.
    """
    now, body = clock.now(), await _body(request)
    report = owntracks.report_of(body, request.headers, dict(_pairs_of_address(request)))
    verdicts = await _take(request, doors, report, TrackerNotSignedIn, now=now)
    said = _said(report, verdicts)
    return Response(owntracks.ANSWER, media_type="application/json", headers={VERDICT: said})


router = Router(
    "/tracking",
    route_handlers=[take_osmand_address, take_osmand_body, take_owntracks],
    dependencies={"doors": Provide(provide_doors, sync_to_thread=False)},
    tags=["tracking: positions"],
)
