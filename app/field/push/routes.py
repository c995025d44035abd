from typing import Any

import msgspec
from litestar import Request, Router, post
from litestar.di import NamedDependency
from litestar.exceptions import ValidationException
from litestar.params import JSONBody

from app.core.clock import Clock
from app.core.errors import DomainError, Forbidden
from app.core.scope import Scope
from app.field.commands.door import edge_of
from app.field.commands.policies import Verdict
from app.field.push import service
from app.field.push.contract import shape_of_commands
from app.field.push.reading import Item, read_item
from app.field.push.reception import Batch
from app.field.push.refusals import DeviceNeeded
from app.field.push.schemas import CommandVerdictOut, PushCommands, PushedOut
from app.field.push.service import Settled
from app.http.bodies import JUDGES_PARTS
from app.http.guards import workers
from app.http.problems import Problem, on_domain_error, on_http_error
from app.http.refusals import refuses

PUSH_MAX_BYTES = 8_000_000
"""500 commands, some of them with a whole measurement."""


@post(
    "/field/sync/commands",
    operation_id="pushCommands",
    guards=[workers],
    status_code=200,
    request_max_body_size=PUSH_MAX_BYTES,
    opt={JUDGES_PARTS: True},
    field_shapes={"commands": shape_of_commands(), "sent_at": {"type": "string", "format": "date-time"}},
)
@refuses(DeviceNeeded, Forbidden)
async def push_commands(
    data: JSONBody[PushCommands],
    request: Request[Any, Any, Any],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> PushedOut:
    """Send what the phone has kept while it had no network: up to 500 commands, in any order, as often as needed.

    Each gets a verdict of its own. They are carried out in the order of `device_seq`, from 0 on. A command beyond a
    gap waits until the missing ones have come, or until the phone says in `lost` that they never will.
    """
    edge = edge_of(request, caller)
    items = [read_item(index, one, edge.settings) for index, one in enumerate(data.commands)]
    lost = [(one.from_seq, one.until_seq) for one in data.lost]
    pushed = await service.push(edge, Batch(data.sent, items, lost, data.waiting), clock=clock)
    offset = pushed.received.clock.offset
    return PushedOut(
        expected_seq=pushed.received.expected_seq,
        clock_offset_s=offset.total_seconds() if offset else 0.0,
        verdicts=[_shown(request, one, item) for one, item in zip(pushed.verdicts, items, strict=True)],
        settled=[_shown(request, one) for one in pushed.settled],
    )


def _shown(request: Request[Any, Any, Any], one: Settled, item: Item | None = None) -> CommandVerdictOut:
    told = one.told
    is_again = told.is_repeated and told.verdict == Verdict.APPLIED
    return CommandVerdictOut(
        index=item.place if item else None,
        command_id=one.command_id,
        device_seq=one.device_seq,
        verdict="duplicate" if is_again else told.verdict.value,
        status=told.status,
        answer=msgspec.Raw(told.kept) if told.kept is not None else told.answer,
        problem=_problem(request, told.refusal, item) if told.refusal else None,
    )


def _problem(request: Request[Any, Any, Any], refusal: DomainError, item: Item | None) -> Problem:
    if item is not None and item.complaint is not None:
        return on_http_error(request, ValidationException(extra=[item.complaint])).content
    return on_domain_error(request, refusal).content


router = Router("/", route_handlers=[push_commands], tags=["field: sync"])
