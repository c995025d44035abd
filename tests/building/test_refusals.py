"""Each route names its refusals (`@refuses`): all that its code can raise, and no others."""

import inspect

from app.core.errors import CommandReused, Forbidden, NotFound
from app.core.phones import PhoneInvalid, normalise_phone
from app.db.files import FileLost
from app.db.work import ChangedMeanwhile
from app.field.commands.ledger import RefusedBefore
from app.field.commands.policies import CommandKnown, NumberUsed
from app.field.forms.service import FormRefused
from app.field.push.refusals import (
    CommandFailed,
    CommandOfFuture,
    CommandUnknown,
    CommandUnreadable,
    CommandUnstorable,
    NumberTooFar,
    SequenceGap,
    WaitsForEarlier,
)
from app.http.idempotency import IdempotencyKeyReused
from app.http.refusals import OF_PARAMETERS
from app.http.versions import VersionConflict, VersionRequired
from app.orders.api import MaterialsRefused
from tests.building.refusals import refusals_in_code

VERDICTS = {
    ChangedMeanwhile,
    CommandFailed,
    CommandKnown,
    CommandOfFuture,
    CommandReused,
    CommandUnknown,
    CommandUnreadable,
    CommandUnstorable,
    IdempotencyKeyReused,
    NumberTooFar,
    NumberUsed,
    RefusedBefore,
    SequenceGap,
    VersionConflict,
    WaitsForEarlier,
}
"""Each is the verdict on one command of a batch."""
READS_FILES = ("checkAct", "continueUpload", "presentAct", "previewAttachment", "verifyAct")
CAUGHT = {name: {FileLost} for name in READS_FILES} | {
    "pushCommands": VERDICTS,
    "resolveConflict": {FormRefused, MaterialsRefused, VersionConflict, VersionRequired},
}
"""What a function on the way catches, by operation, or rules out: a decision about a form agrees with any version.
Reading the code does not see that."""


def brought_by_parameters(route):
    names = {parameter["name"] for parameter in route.described.get("parameters", ())}
    return set().union(*(OF_PARAMETERS.get(name, ()) for name in names))


def raised_by(route):
    """What the route can raise, and what prepares it before its transaction begins."""
    prepared = route.handler.resolve_dependencies().get("prepared")
    functions = [route.handler.fn] + ([prepared.dependency] if prepared else [])
    commanded = (
        {CommandReused, NumberUsed} if "door" in inspect.signature(route.handler.fn).parameters else set()
    )
    return commanded.union(*map(refusals_in_code, functions)) - brought_by_parameters(route)


def caught_by(route):
    return CAUGHT.get(route.handler.operation_id, set())


def names_of(refusals):
    return ", ".join(sorted(one.__name__ for one in refusals))


def test_every_operation_names_exactly_what_its_code_can_refuse(routes):
    wrong = []
    for one in routes:
        declared = set(getattr(one.handler.fn, "refusals", ()))
        raised = raised_by(one) - caught_by(one)
        if one.described and raised - declared:
            wrong.append(f"{one.handler.operation_id}: add {names_of(raised - declared)}")
        if one.described and declared - raised:
            wrong.append(f"{one.handler.operation_id}: remove {names_of(declared - raised)}")

    assert wrong == []


def test_refusals_are_named_in_the_order_of_the_alphabet(routes):
    named = {
        one.name: [refusal.__name__ for refusal in getattr(one.handler.fn, "refusals", ())] for one in routes
    }

    assert [name for name, refusals in named.items() if refusals != sorted(set(refusals))] == []


TABLE = {"phone": normalise_phone, "several": (normalise_phone, 1)}


def test_what_the_functions_of_a_table_refuse_counts():
    def look_up(name):
        return TABLE[name]

    assert refusals_in_code(look_up) == {PhoneInvalid}


def test_what_a_function_catches_it_does_not_refuse():
    def enter(text):
        try:
            return normalise_phone(text)
        except Forbidden:
            raise NotFound from None

    assert refusals_in_code(enter) == {NotFound, PhoneInvalid}
