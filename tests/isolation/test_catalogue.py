"""Checks every table in the catalogue, so a new table cannot be forgotten. The second half makes an offence of each
kind and checks that it is found."""

import pytest

from app.schema import metadata
from tests.isolation import catalogue
from tests.isolation.catalogue import WITHOUT_COMPANY, find, find_tables

pytestmark = pytest.mark.covers("M37", "P-rel-10")

FINDERS = {
    "tables": catalogue.TABLES_OPEN_TO_OTHERS,
    "keys": catalogue.KEYS_WITHOUT_COMPANY,
    "views": catalogue.VIEWS_THAT_LOOK_ACROSS,
    "partitions": catalogue.PARTITIONS_WITHIN_REACH,
    "functions": catalogue.FUNCTIONS_TOO_STRONG,
}


@pytest.mark.parametrize("finder", FINDERS)
async def test_nothing_in_the_database_is_open_to_another_company(superuser, finder):
    assert await find(superuser, FINDERS[finder]) == []


async def test_every_table_in_the_database_is_known_to_the_models(superuser):
    assert await find_tables(superuser) == set(metadata.tables) | WITHOUT_COMPANY


async def test_a_company_sees_only_itself_in_the_table_of_companies(superuser):
    row = await superuser.fetchrow(
        "SELECT relrowsecurity AND relforcerowsecurity AS forced, "
        "(SELECT array_agg(pg_get_expr(polqual, polrelid)) FROM pg_policy "
        "  WHERE polrelid = c.oid AND polroles <> ARRAY['brigada_due'::regrole::oid]) AS policies, "
        "(SELECT array_agg(polcmd::text) FROM pg_policy "
        "  WHERE polrelid = c.oid AND polroles = ARRAY['brigada_due'::regrole::oid]) AS may_across "
        "FROM pg_class c WHERE oid = 'company'::regclass"
    )

    assert row["forced"]
    assert row["may_across"] == ["r"]
    assert [policy.startswith("(id = (NULLIF(current_setting(") for policy in row["policies"]] == [True]


PROTECTED = (
    "CREATE TABLE planted (company_id uuid NOT NULL, id uuid NOT NULL, other_id uuid, PRIMARY KEY (company_id, id));"
    "ALTER TABLE planted ENABLE ROW LEVEL SECURITY; ALTER TABLE planted FORCE ROW LEVEL SECURITY;"
    "CREATE POLICY company ON planted TO brigada_app USING"
    " (company_id = NULLIF(current_setting('app.company_id', true), '')::uuid);"
)

OFFENCES = [
    ("tables", "CREATE TABLE planted (company_id uuid NOT NULL, id uuid)"),
    ("tables", "CREATE TABLE planted (id uuid PRIMARY KEY)"),
    ("tables", PROTECTED + "ALTER TABLE planted NO FORCE ROW LEVEL SECURITY"),
    ("tables", PROTECTED + "DROP POLICY company ON planted"),
    ("tables", PROTECTED + "CREATE POLICY also ON planted USING (true)"),
    ("tables", PROTECTED + "CREATE POLICY due ON planted TO brigada_due USING (true)"),
    ("tables", PROTECTED + "ALTER POLICY company ON planted USING (company_id IS NOT NULL)"),
    ("keys", PROTECTED + "CREATE UNIQUE INDEX ON planted (id)"),
    ("keys", PROTECTED + "ALTER TABLE planted ADD EXCLUDE USING gist (id WITH =)"),
    ("keys", PROTECTED + "ALTER TABLE planted ADD EXCLUDE USING gist (company_id WITH <>, id WITH =)"),
    ("keys", PROTECTED + "ALTER TABLE planted ADD FOREIGN KEY (other_id) REFERENCES company (id)"),
    ("keys", "CREATE TABLE planted (company_id uuid)"),
    ("views", "CREATE VIEW planted AS SELECT * FROM client"),
    ("views", "CREATE MATERIALIZED VIEW planted AS SELECT company_id, count(*) FROM client GROUP BY 1"),
    (
        "partitions",
        "CREATE TABLE whole (company_id uuid, at date) PARTITION BY RANGE (at);"
        "CREATE TABLE planted PARTITION OF whole DEFAULT; GRANT INSERT ON planted TO brigada_app",
    ),
    ("functions", "CREATE FUNCTION planted() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"),
    (
        "functions",
        "CREATE FUNCTION planted() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp"
        " AS 'SELECT 1'; REVOKE ALL ON FUNCTION planted() FROM PUBLIC",
    ),
]


@pytest.mark.parametrize(("finder", "offence"), OFFENCES)
async def test_a_planted_offence_is_found(superuser, finder, offence):
    transaction = superuser.transaction()
    await transaction.start()

    await superuser.execute(offence)
    found = await find(superuser, FINDERS[finder])

    await transaction.rollback()
    assert [name.split(".")[0].split(" ")[0] for name in found] == ["planted"]


@pytest.mark.parametrize(
    "harmless", [PROTECTED, "CREATE VIEW planted WITH (security_invoker = true) AS SELECT * FROM client"]
)
async def test_what_is_protected_is_no_offence(superuser, harmless):
    transaction = superuser.transaction()
    await transaction.start()

    await superuser.execute(harmless)
    found = [await find(superuser, finder) for finder in FINDERS.values()]

    await transaction.rollback()
    assert found == [[], [], [], [], []]
