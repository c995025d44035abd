"""The schema and the statements are such that Citus can distribute them; nobody needs one to find out.

The first half asks the catalogue, the second plants an offence of each kind. That the product sends
none is seen in every test of the suite (`sends_nothing_that_citus_refuses`).
"""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.ids import uuid7
from app.db.session import constraint_of, transaction
from tests.conftest import CITUS, REFUSED_BY_CITUS
from tests.distributable import Functions, Judge, Watcher

pytestmark = pytest.mark.covers("P-rel-10")

ROOM_FOR_SHARD = 8
"""Of 63 characters of a name: Citus adds `_` and the shard's number, and the product reads the name back."""

NOT_READ_BACK = {
    "uq_inbox_item__company_id_kind_subject_id_occurrence_audience",
    "uq_message__company_id_kind_subject_id_occurrence_recipient_id",
}
"""Longer, but an INSERT that meets them does nothing, and nobody asks which one it was."""

POLICIES_WITH_SUBQUERY = """
    SELECT polrelid::regclass::text FROM pg_policy
     WHERE concat(polqual::text, polwithcheck::text) LIKE '%{SUBLINK %'
"""
LOOKS_ACROSS_IN_SQL = """
    SELECT proname FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
     WHERE proowner = 'brigada_due'::regrole AND lanname = 'sql'
"""
LONG_NAMES = """
    SELECT i.relname FROM pg_index JOIN pg_class i ON i.oid = indexrelid JOIN pg_class t ON t.oid = indrelid
     WHERE t.relnamespace = 'public'::regnamespace AND length(i.relname) > 63 - $1
    UNION ALL
    SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND length(conname) > 63 - $1
"""


async def test_no_policy_has_a_subquery(superuser):
    assert await superuser.fetch(POLICIES_WITH_SUBQUERY) == []


@pytest.mark.skipif(bool(CITUS), reason="Citus refuses to create one")
async def test_a_policy_with_a_subquery_is_found(superuser):
    change = superuser.transaction()
    await change.start()

    await superuser.execute("CREATE POLICY planted ON skill USING (company_id = (SELECT id FROM company))")
    found = await superuser.fetch(POLICIES_WITH_SUBQUERY)

    await change.rollback()
    assert [row[0] for row in found] == ["skill"]


async def test_functions_that_look_across_are_written_in_plpgsql(superuser):
    assert await superuser.fetch(LOOKS_ACROSS_IN_SQL) == []


async def test_names_of_keys_and_constraints_leave_room_for_a_shards_number(superuser):
    found = await superuser.fetch(LONG_NAMES, ROOM_FOR_SHARD)

    assert {row[0] for row in found} == NOT_READ_BACK


FUNCTIONS = Functions(
    across=frozenset({"due_work"}),
    changing=frozenset({("now", 0), ("clock_timestamp", 0), ("pg_notify", 2), ("to_char", 2)}),
)
MINE = "company_id = $1::UUID"
OFFENCES = {
    "RETURNING": f"UPDATE visit SET status = $2 WHERE {MINE} RETURNING id, clock_timestamp()",
    "pg_notify": f"UPDATE visit SET status = $2 WHERE {MINE} RETURNING pg_notify('wake', 'message')",
    "time zone": f"UPDATE visit SET starts_at = starts_at + $2::INTERVAL WHERE {MINE}",
    "of a column": f"DELETE FROM visit WHERE {MINE} AND to_char(starts_at, 'HH24') < $2",
    "VALUES": "WITH x AS (INSERT INTO skill (company_id, code) SELECT company_id, code"
    " FROM jsonb_populate_recordset(NULL::skill, $1)) SELECT 1",
    "FOR UPDATE": "SELECT id FROM visit WHERE escalate_at < $1 ORDER BY escalate_at FOR UPDATE SKIP LOCKED",
    "among the columns": "SELECT id, (SELECT count(*) FROM visit WHERE visit.company_id = job.company_id"
    f" AND job_id = job.id) FROM job WHERE {MINE}",
    "LATERAL": f"SELECT id, paid FROM client_order JOIN LATERAL (SELECT sum(amount_kop) AS paid FROM payment"
    f" WHERE payment.company_id = client_order.company_id AND order_id = client_order.id) AS x ON true WHERE {MINE}",
    "in an OR": f"SELECT id FROM visit WHERE {MINE} AND ($2 OR EXISTS (SELECT FROM visit_booking"
    " WHERE visit_booking.company_id = visit.company_id AND visit_id = visit.id))",
    "set_config": "SELECT set_config('lock_timeout', '1s', true)",
    "COPY": "COPY skill (company_id, code) FROM STDIN",
}


@pytest.mark.parametrize("what", OFFENCES)
def test_a_planted_statement_is_refused(what):
    offences = Judge(FUNCTIONS).judge(OFFENCES[what]).offences

    assert any(what in offence for offence in offences)


@pytest.mark.parametrize(
    "statement",
    [
        f"SELECT id FROM visit WHERE {MINE} AND escalate_at < $2 FOR UPDATE OF visit SKIP LOCKED",
        f"WITH x AS (INSERT INTO skill (company_id, code) VALUES ($1, $2)), "
        f"y AS (UPDATE visit SET escalate_at = now() WHERE {MINE} RETURNING company_id) SELECT count(*) FROM y",
        f"SELECT id, EXISTS (SELECT FROM visit WHERE {MINE} AND job_id = job.id) FROM job WHERE {MINE}",
        f"SELECT id FROM visit WHERE {MINE} AND starts_at + $2::INTERVAL < now()",
        f"UPDATE visit SET starts_at = to_timestamp($2 + number) WHERE {MINE}",
        "INSERT INTO tag (code) SELECT code FROM unnest($1::text[])",
        "INSERT INTO skill (company_id, code) SELECT $1, code FROM unnest($2::text[]) AS x (code)"
        " ON CONFLICT DO NOTHING",
    ],
)
def test_what_citus_takes_is_not_refused(statement):
    assert Judge(FUNCTIONS).judge(statement).offences == ()


@pytest.mark.parametrize(
    ("statements", "refused"),
    [
        (["BEGIN", "SELECT * FROM due_work($1)", f"DELETE FROM visit WHERE {MINE}", "COMMIT"], 0),
        (["BEGIN", f"DELETE FROM visit WHERE {MINE}", "SELECT * FROM due_work($1)", "COMMIT"], 1),
        (["BEGIN", f"DELETE FROM visit WHERE {MINE}", "ROLLBACK", "BEGIN", "SELECT * FROM due_work($1)"], 0),
        (
            [
                "BEGIN",
                f"DELETE FROM visit WHERE {MINE}",
                "ROLLBACK TO SAVEPOINT a",
                "SELECT * FROM due_work($1)",
            ],
            1,
        ),
    ],
)
def test_a_look_across_must_come_before_the_first_write(statements, refused):
    offences: list[str] = []
    watcher = Watcher(Judge(FUNCTIONS), offences)

    for statement in statements:
        watcher.hear(statement)

    assert len(offences) == refused


async def test_the_suite_hears_what_is_sent_to_the_database(maker):
    async with transaction(maker, uuid7()) as session:
        await session.execute(text("SELECT set_config('lock_timeout', '1s', true)"))

    assert [offence.split(" ")[0] for offence in REFUSED_BY_CITUS] == ["set_config"]
    REFUSED_BY_CITUS.clear()


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ('duplicate key value violates unique constraint "uq_skill__code_102296"', "uq_skill__code"),
        ('conflicting key value violates exclusion constraint "ex_shift_2__worker_9"', "ex_shift_2__worker"),
        ("division by zero", None),
    ],
)
def test_a_constraint_is_told_by_a_nodes_message_where_that_is_all_there_is(message, name):
    cause = Exception(message)
    error = IntegrityError("INSERT", {}, Exception())
    error.orig.__cause__ = cause

    assert constraint_of(error) == name
