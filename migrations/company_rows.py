"""Helpers for migrations: every table of a company needs row-level security and grants.

`brigada_app` is the role of the API and the background process. It owns nothing. `brigada_due` owns the few
functions that look across companies. It may read only the columns that they need.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from alembic import op

CURRENT_COMPANY = "NULLIF(current_setting('app.company_id', true), '')::uuid"
"""Without a subquery: Citus knows none in a policy."""
CUSTOM = "force_custom_plan"
"""Each call is planned with its own values: a time in the far future finds more rows than one that has passed."""


def separate_companies(
    table: str, *, column: str = "company_id", grants: str = "SELECT, INSERT, UPDATE"
) -> None:
    """Let a transaction see only the rows of its company. This holds for the table's owner too."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY company ON {table} TO brigada_app USING ({column} = {CURRENT_COMPANY})")
    op.execute(f"GRANT {grants} ON {table} TO brigada_app")


@contextmanager
def rows_of_every_company(*tables: str) -> Iterator[None]:
    """Turn row-level security off while data is changed.

    Otherwise an owner who is not a superuser sees no rows and changes nothing.
    """
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def let_due_see(table: str, columns: Iterable[str]) -> None:
    """Let the functions of `brigada_due` read these columns of every company."""
    op.execute(f"CREATE POLICY due ON {table} FOR SELECT TO brigada_due USING (true)")
    let_due_see_too(table, columns)


def let_due_see_too(table: str, columns: Iterable[str]) -> None:
    """More columns of a table of which it may see some."""
    op.execute(f"GRANT SELECT ({', '.join(columns)}) ON {table} TO brigada_due")


def create_look_across(signature: str, returns: str, body: str, *, plans: str = CUSTOM) -> None:
    """Create a function that looks at rows of any company. tests/isolation names them all with their answers."""
    op.execute(_look_across("CREATE", signature, returns, body, plans))
    op.execute("GRANT CREATE ON SCHEMA public TO brigada_due")
    op.execute(f"ALTER FUNCTION {signature_types(signature)} OWNER TO brigada_due")
    op.execute("REVOKE CREATE ON SCHEMA public FROM brigada_due")
    op.execute(f"REVOKE ALL ON FUNCTION {signature_types(signature)} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {signature_types(signature)} TO brigada_app")


def replace_look_across(signature: str, returns: str, body: str) -> None:
    """Give the function another body. Its owner and its grants stay the same."""
    op.execute("GRANT CREATE ON SCHEMA public TO brigada_due")
    op.execute(_look_across("CREATE OR REPLACE", signature, returns, body, CUSTOM))
    op.execute("REVOKE CREATE ON SCHEMA public FROM brigada_due")


def _look_across(create: str, signature: str, returns: str, body: str, plans: str) -> str:
    """The function in PL/pgSQL, because Citus can plan it."""
    answer = f"RETURN QUERY {body}" if returns.upper().startswith("TABLE") else f"RETURN ({body})"
    return f"""
        {create} FUNCTION {signature} RETURNS {returns} LANGUAGE plpgsql STABLE SECURITY DEFINER
        SET search_path = public, pg_temp SET plan_cache_mode = {plans} AS $body$
        #variable_conflict use_column
        BEGIN {answer}; END $body$
        """


def signature_types(signature: str) -> str:
    """`f(a text, b uuid)` -> `f(text, uuid)`."""
    name, _, arguments = signature.removesuffix(")").partition("(")
    types = (argument.strip().split(" ", 1)[1] for argument in arguments.split(",") if argument.strip())
    return f"{name}({', '.join(types)})"
