"""Only one place writes what a client sees of a visit, so nothing can forget to tell him."""

import ast

from app.core.changes import Delete, Insert, InsertMany, Update
from app.dispatch.visits import states
from app.dispatch.visits.models import Visit
from app.dispatch.visits.states import SightOfClient
from tests.building.source import calls, meaning_of, modules, tree_of

CHANGES = (Insert, InsertMany, Update, Delete)
SEEN = {
    "status",
    "worker_id",
    "crew_id",
    "window_starts_at",
    "window_ends_at",
    "departed_at",
    "expected_at",
    "client_answer",
}
"""The columns from which the client's sight of a visit is made."""


def first_argument(call: ast.Call, module) -> object:
    return meaning_of(call.args[0], module) if call.args else None


def test_only_the_state_of_a_visit_writes_visits():
    writers = {
        (module.__name__, ast.unparse(call.args[2]) if len(call.args) > 2 else "")
        for module, call in calls()
        if meaning_of(call.func, module) in CHANGES and first_argument(call, module) == "visit"
    }

    elsewhere = {(name, to) for name, to in writers if name != states.__name__}
    assert elsewhere == {("app.dispatch.escalation.sweep", "{'escalate_at': now + TRY_AGAIN_AFTER}")}


def test_no_statement_writes_visits():
    written = {
        module.__name__
        for module, call in calls()
        if (getattr(call.func, "id", "") in ("update", "insert", "delete", "sql_update", "sql_insert"))
        and first_argument(call, module) is Visit
    }
    made = {module.__name__ for module, call in calls() if meaning_of(call.func, module) is Visit}

    assert written | made == set()


def test_nobody_sets_a_column_that_clients_see_of_a_row():
    """`visit.window_starts_at = …` on a row of the session would be written without `changed`."""
    own = SEEN - {"status", "worker_id", "crew_id"}
    found = {
        (module.__name__, target.attr)
        for module in modules()
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Assign | ast.AugAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Attribute) and target.attr in own
    }

    assert found == set()


def test_the_columns_that_clients_see_are_columns_of_a_visit():
    assert {column.name for column in Visit.__table__.columns} >= SEEN
    assert set(SightOfClient._fields) - {"phase", "who"} <= SEEN
