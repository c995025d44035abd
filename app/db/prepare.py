"""Make a PostgreSQL database ready for the product: roles, extensions, schema. Safe to run again."""

import secrets
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from alembic import command
from alembic.config import Config

GROUP_ROLES = ("brigada_app", "brigada_due")
EXTENSIONS = ("postgis", "btree_gist", "pg_trgm")


class DatabaseUnusable(Exception):
    """The message says what is missing and what to do."""


async def prepare_roles(owner_url: str, *, password: str | None = None) -> str:
    """Create roles and extensions; return the URL for the API and the background process.

    The login role `<database>_login` gets a new password each time unless one is given: whoever
    runs this hands the URL to the processes it starts.

    Raises:
        DatabaseUnusable: the owner's role may not create roles or extensions and they are not there.
    """
    connection = await asyncpg.connect(owner_url)
    try:
        for name in EXTENSIONS:
            await _create_extension(connection, name)
        for role in GROUP_ROLES:
            await _create_role(connection, role, "NOLOGIN")
        login = f"{await connection.fetchval('SELECT current_database()')}_login"
        await _create_role(connection, login, "LOGIN NOBYPASSRLS NOSUPERUSER IN ROLE brigada_app")
        password = password or secrets.token_urlsafe(24)
        await connection.execute(f"ALTER ROLE \"{login}\" PASSWORD '{password}'")
        await connection.execute("GRANT brigada_due TO CURRENT_USER")
        await connection.execute("GRANT USAGE ON SCHEMA public TO brigada_app, brigada_due")
        await _keep_indexes_usable(connection)
    except asyncpg.InsufficientPrivilegeError as error:
        raise DatabaseUnusable(f"the role of DATABASE_URL may not do this: {error}") from error
    finally:
        await connection.close()
    parts = urlsplit(owner_url)
    address = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{login}:{password}@{address}"))


async def _create_extension(connection: asyncpg.Connection, name: str) -> None:
    if not await connection.fetchval("SELECT 1 FROM pg_extension WHERE extname = $1", name):
        try:
            await connection.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
        except asyncpg.FeatureNotSupportedError as error:
            raise DatabaseUnusable(f"PostgreSQL has no extension {name}: install its package") from error


async def _create_role(connection: asyncpg.Connection, role: str, options: str) -> None:
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
        await connection.execute(f'CREATE ROLE "{role}" {options}')


KEPT_BY_INDEX = (
    "st_dwithin(geography, geography, double precision, boolean)",
    "pg_catalog.range_overlaps(anyrange, anyrange)",
    "pg_catalog.range_contains_elem(anyrange, anyelement)",
    "pg_catalog.texticlike(text, text)",
)
"""What our queries compare by an index and row-level security would compare row by row. None of them
tells anything about a value it is given except by its answer."""


async def _keep_indexes_usable(connection: asyncpg.Connection) -> None:
    """Row-level security keeps an operator from its index unless its function is LEAKPROOF (ST_DWithin
    over 200,000 rows: 959 ms instead of 0.25 ms). Only a superuser can say so; without one the same
    queries are right, but slow where a company has very many rows."""
    if await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        for function in KEPT_BY_INDEX:
            await connection.execute(f"ALTER FUNCTION {function} LEAKPROOF")


def migrate(owner_url: str) -> None:
    """Bring the schema to the newest migration. Blocks; takes its own event loop."""
    config = Config("alembic.ini")
    config.attributes["url"] = owner_url
    command.upgrade(config, "head")
