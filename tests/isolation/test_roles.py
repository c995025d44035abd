"""What the role of the API and the background process can do, and what it cannot."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.ids import uuid7
from app.db.session import transaction
from tests.conftest import CITUS
from tests.isolation.rows import Rows

pytestmark = pytest.mark.covers("M37", "P-rel-10")

APPEND_ONLY = [
    "act_seal",
    "audit_event",
    "audit_seal",
    "case_file",
    "client_consent",
    "client_consent_text",
    "delivery_report",
    "estimate_line",
    "form_answer",
    "form_version",
    "inbound_message",
    "ledger_entry",
    "magnet_exchange",
    "measurement",
    "opening",
    "payment",
    "ping",
    "portrait_version",
    "production_event",
    "quality_answer",
    "recovery_case_event",
    "reward",
    "staff_statement",
    "stop_link",
    "suppression",
    "tag_scan",
    "touch_plan_version",
    "visit_event",
    "visit_link",
    "visit_presence",
]
"""History, evidence and money: a mistake is corrected by another row."""

ACROSS = {
    "count_given_up": ["bigint"],
    "due_work": ["sweep", "company_id", "due_at"],
    "find_accounts": ["company_id", "user_id"],
    "find_companies": ["company_id"],
    "find_companies_with_audit": ["company_id"],
    "find_companies_with_old": ["company_id"],
    "find_companies_with_old_places": ["company_id"],
    "find_company_of_act": ["uuid"],
    "find_company_of_stop_link": ["uuid"],
    "find_company_of_tag": ["uuid"],
    "find_company_of_visit_link": ["uuid"],
    "find_tracker": ["company_id", "tracker_id", "worker_id"],
    "person_now": ["session_version", "is_active", "roles", "lang", "ended_families"],
}
"""Every function that looks past the policies, and all that it answers. Think before adding to it."""

SEEN_ACROSS = {
    "act_seal": {"company_id", "id"},
    "audit_event": {"company_id", "id"},
    "act": {"company_id", "check_code", "render_at"},
    "stop_link": {"company_id", "code"},
    "attachment": {"company_id", "expires_at"},
    "base_pass": {"company_id", "go_on_at"},
    "client_life": {"company_id", "look_at"},
    "client_past": {"company_id", "look_at"},
    "company": {"id"},
    "command_device": {"company_id", "look_at"},
    "damaged_file": {"company_id", "check_at"},
    "field_command": {"company_id", "signal_at"},
    "event_delivery": {"company_id", "due_at", "done_at", "failed_at"},
    "idempotency_key": {"company_id", "created_at"},
    "login_code": {"company_id", "id"},
    "last_position": {"company_id", "at", "show_at"},
    "message": {"company_id", "send_at"},
    "outbox_event": {"company_id", "id", "happened_at", "relayed_at"},
    "passport": {"company_id", "tag_code"},
    "ping": {"company_id", "device_at"},
    "preview_making": {"company_id", "make_at"},
    "place_clearing": {"company_id", "clear_at"},
    "client_task": {"company_id", "look_at"},
    "invitation": {"company_id", "look_at"},
    "invitation_settings": {"company_id", "propose_at"},
    "occasion": {"company_id", "look_at"},
    "plan_dry_run": {"company_id", "go_on_at"},
    "plan_intake": {"company_id", "look_at"},
    "touch": {"company_id", "look_at"},
    "production_order": {"company_id", "remind_at"},
    "invoice": {"company_id", "overdue_at"},
    "site": {"company_id", "zone_due_at"},
    "refresh_token": {"company_id", "id", "user_id", "family_id", "used_at", "revoked_at"},
    "track_day": {"company_id", "derive_at"},
    "track_derivation": {"company_id", "judge_at"},
    "track_forgetting": {"company_id", "look_at"},
    "tracking_consent": {"company_id", "kept_days", "given_at", "withdrawn_at"},
    "tracking_settings": {"company_id", "kept_days"},
    "tracker": {"company_id", "id", "worker_id", "key_hash", "revoked_at"},
    "rules_dry_run": {"company_id", "go_on_at"},
    "stop_signal": {"company_id", "to_at"},
    "track_fact": {"company_id", "kind", "to_at"},
    "arrival_proposal": {"company_id", "arrived_at"},
    "stray_check": {"company_id", "check_at"},
    "upload": {"company_id", "finish_at"},
    "user_account": {"company_id", "id", "email", "phone", "is_active", "session_version", "roles", "lang"},
    "visit": {"company_id", "escalate_at"},
    "visit_answer": {"company_id", "act_at"},
    "visit_link": {"company_id", "code_hash"},
    "visit_telling": {"company_id", "tell_at"},
    "worker": {"company_id", "position_at"},
}
"""Every column those functions could read at all: keys and times, what a person signs in with, and what his token
is compared with."""


@pytest.fixture
async def login(maker) -> str:
    async with maker() as session:
        return str(await session.scalar(text("SELECT current_user")))


async def test_the_product_connects_as_a_role_with_no_power_of_its_own(superuser, login):
    powers = await superuser.fetchrow(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = $1",
        login,
    )
    groups = await superuser.fetch(
        "SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid "
        "JOIN pg_roles r ON r.oid = m.member WHERE r.rolname IN ($1, 'brigada_app')",
        login,
    )

    assert not any(powers.values())
    assert [row["rolname"] for row in groups] == ["brigada_app"]


@pytest.mark.parametrize("role", ["the login", "brigada_app"])
async def test_it_owns_nothing(superuser, login, role):
    oid = await superuser.fetchval(
        "SELECT oid FROM pg_roles WHERE rolname = $1", login if role == "the login" else role
    )

    catalogues = {
        "pg_class": "relowner",
        "pg_proc": "proowner",
        "pg_namespace": "nspowner",
        "pg_type": "typowner",
        "pg_database": "datdba",
    }
    owned = {
        catalogue: await superuser.fetchval(f"SELECT count(*) FROM {catalogue} WHERE {owner} = $1", oid)
        for catalogue, owner in catalogues.items()
    }

    assert set(owned.values()) == {0}


async def test_it_may_create_no_table_function_or_schema(superuser, login):
    may = await superuser.fetchrow(
        "SELECT has_schema_privilege($1, 'public', 'CREATE'), "
        "has_database_privilege($1, current_database(), 'CREATE')",
        login,
    )

    assert list(may) == [False, False]


async def test_it_may_empty_no_table_and_attach_nothing_to_one(superuser, login):
    """TRUNCATE ignores policies. Foreign keys and triggers could reveal rows of other companies."""
    reachable = await superuser.fetch(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace "
        "AND has_table_privilege($1, oid, 'TRUNCATE, REFERENCES, TRIGGER')",
        login,
    )

    assert reachable == []


@pytest.mark.parametrize(
    "statement", ["SET ROLE brigada_due", "SET ROLE postgres", "RESET SESSION AUTHORIZATION"]
)
async def test_it_cannot_become_anybody_else(maker, superuser, login, statement):
    async with maker() as session:
        try:
            await session.execute(text(statement))
            now = await session.scalar(text("SELECT current_user"))
        except DBAPIError as error:
            now = error.orig.sqlstate

    assert now in (login, "42501")


async def test_switching_row_security_off_shows_nothing_more(maker):
    async with transaction(maker, uuid7()) as session:
        await session.execute(text("SET LOCAL row_security = off"))

        with pytest.raises(DBAPIError, match="query would be affected by row-level security policy"):
            await session.execute(text("SELECT count(*) FROM client"))
        await session.rollback()


@pytest.mark.covers("M39", "P-rel-9")
@pytest.mark.parametrize("name", APPEND_ONLY)
async def test_history_is_neither_changed_nor_removed_even_by_its_own_company(maker, name):
    company_id = uuid7()
    async with transaction(maker, company_id) as session:
        await Rows(session, company_id).add(name)

    outcomes = []
    for statement in (
        f"UPDATE {name} SET company_id = company_id",
        f"DELETE FROM {name}",
        f"TRUNCATE {name}",
    ):
        with pytest.raises(DBAPIError) as refusal:
            async with transaction(maker, company_id) as session:
                await session.execute(text(statement))
        outcomes.append(refusal.value.orig.sqlstate)

    assert outcomes == ["42501", "42501", "42501"]


@pytest.mark.parametrize("name", APPEND_ONLY)
async def test_not_one_column_of_history_may_be_changed(superuser, login, name):
    may = await superuser.fetchval("SELECT has_any_column_privilege($1, $2::text, 'UPDATE')", login, name)

    assert may is False


async def test_only_the_named_functions_look_across_companies(superuser):
    rows = await superuser.fetch(
        "SELECT p.proname, CASE WHEN p.proretset OR p.proargmodes IS NOT NULL "
        "  THEN (SELECT array_agg(name::text ORDER BY place) "
        "          FROM unnest(p.proargnames, p.proargmodes::text[]) WITH ORDINALITY AS a (name, mode, place) "
        "         WHERE mode = 't') "
        "  ELSE ARRAY[p.prorettype::regtype::text] END AS answers "
        "FROM pg_proc p WHERE p.prosecdef AND p.proowner <> 'brigada_keeper'::regrole "
        "AND p.pronamespace = 'public'::regnamespace "
        "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    )

    assert {row["proname"]: row["answers"] for row in rows} == ACROSS


async def test_their_owner_reads_the_named_columns_and_nothing_else(superuser):
    columns = await superuser.fetch(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE c.relkind IN ('r', 'p', 'v', 'm') AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 "
        "AND NOT a.attisdropped AND has_column_privilege('brigada_due', c.oid, a.attname, 'SELECT') "
        "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"
    )
    seen: dict[str, set[str]] = {}
    for row in columns:
        seen.setdefault(row["relname"], set()).add(row["attname"])

    assert seen == SEEN_ACROSS


async def test_their_owner_writes_nothing_and_nobody_signs_in_as_it(superuser):
    role = await superuser.fetchrow(
        "SELECT rolcanlogin, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = 'brigada_due'"
    )
    writable = await superuser.fetch(
        "SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace "
        "AND (has_table_privilege('brigada_due', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') "
        "  OR has_any_column_privilege('brigada_due', c.oid, 'INSERT, UPDATE, REFERENCES'))"
    )

    may_log_in = bool(CITUS)  # without a password, and only from node to node (docs/deployment.md)
    assert (dict(role), writable) == (
        {"rolcanlogin": may_log_in, "rolsuper": False, "rolbypassrls": False},
        [],
    )


async def test_the_function_of_deadlines_tells_companies_and_times_and_nothing_of_the_rows(maker):
    company_id, now = uuid7(), datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    async with transaction(maker, company_id) as session:
        order = await Rows(session, company_id).add("production_order")
        await session.execute(
            text("UPDATE production_order SET remind_at = :now WHERE id = :id"),
            {"now": now, "id": order["id"]},
        )

    async with transaction(maker, None) as session:
        told = await session.execute(
            text("SELECT * FROM due_work(:now) WHERE company_id = :id"), {"now": now, "id": company_id}
        )
        rows = [dict(row) for row in told.mappings()]

    assert rows == [{"sweep": "readiness", "company_id": company_id, "due_at": now}]
