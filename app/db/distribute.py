"""Distribute a prepared database by company over the nodes of a Citus cluster. Safe to run again.

How nodes are set up: docs/deployment.md. Tables without a company stay on the coordinator.
"""

from collections.abc import Iterator, Sequence

import asyncpg
from sqlalchemy import Table

from app.db.prepare import (
    APP_ROLE,
    DUE_ROLE,
    EXTENSIONS,
    KEEPER_ROLE,
    LEAKPROOF,
    DatabaseUnusable,
    connect,
    wait_for_turn,
)

FIRST = "company"
"""All others are placed beside it, so that what belongs to one company is on one node."""
SETTINGS = """
    SET citus.shard_count = {shards};
    SET citus.enable_unsafe_triggers = on;
    SET citus.multi_shard_modify_mode = 'sequential';
    SET citus.override_table_visibility = off;
    SET client_min_messages = warning;
"""
"""The trigger on `visit` looks at nothing but the row it is called for."""
ALONE = """
    DO $alone$ BEGIN
      PERFORM set_config('citus.enable_ddl_propagation', 'off', true);
      PERFORM set_config('citus.enable_create_role_propagation', 'off', true);
      {statement};
    END $alone$
"""
"""A change that a node makes for itself."""
MISSING_ROLE = """
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN CREATE ROLE "{name}" {options}; END IF
"""
LOGINS = """
    SELECT login.rolname FROM pg_auth_members JOIN pg_roles login ON login.oid = member
     WHERE roleid = $1::regrole AND login.rolcanlogin
"""
DISTRIBUTED = "SELECT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = $1::regclass)"


async def distribute(owner_url: str, tables: Sequence[Table], *, shards: int) -> list[str]:
    """The tables distributed now, in their order. `tables` come after those their foreign keys name.

    Each is moved in a transaction of its own and locked against writing meanwhile; what is interrupted
    goes on from there when it is run again. The number of shards is settled by the first run.

    Raises:
        DatabaseUnusable: no superuser, no Citus, no worker nodes, or a node that does not obey.
    """
    connection = await connect(owner_url)
    try:
        await wait_for_turn(connection)
        await _check_cluster(connection)
        await connection.execute(SETTINGS.format(shards=int(shards)))
        await _prepare_nodes(connection)
        moved = [name for name, column in _by_company(tables) if await _move(connection, name, column)]
        for name in reversed(moved):
            await connection.execute(
                "SELECT truncate_local_data_after_distributing_table($1::regclass)", name
            )
        return moved
    except asyncpg.PostgresError as error:
        raise DatabaseUnusable(f"Citus refuses: {error}") from error
    finally:
        await connection.close()


def _by_company(tables: Sequence[Table]) -> Iterator[tuple[str, str]]:
    """Name and distribution column; the first one first."""
    yield FIRST, "id"
    for table in tables:
        if "company_id" in table.c:
            yield table.name, "company_id"


async def _check_cluster(connection: asyncpg.Connection) -> None:
    if not await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        raise DatabaseUnusable("DATABASE_URL must name a superuser to distribute the tables")
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')"):
        raise DatabaseUnusable(
            "the database is no Citus coordinator: CREATE EXTENSION citus and add nodes first"
        )
    if not await connection.fetchval("SELECT count(*) FROM pg_dist_node WHERE shouldhaveshards AND isactive"):
        raise DatabaseUnusable("no node holds shards: citus_add_node() adds one")


async def _prepare_nodes(connection: asyncpg.Connection) -> None:
    """What tables do not bring along by themselves.

    Citus asks the nodes as the role that runs the statement: that of APP_DATABASE_URL and, for functions
    that look across companies, their owner. Both must be able to log in there. They get no password;
    pg_hba.conf of the nodes says from where they are let in.
    """
    roles = {APP_ROLE: "NOLOGIN", DUE_ROLE: "LOGIN", KEEPER_ROLE: "LOGIN"}
    for row in await connection.fetch(LOGINS, APP_ROLE):
        roles[row["rolname"]] = f"LOGIN IN ROLE {APP_ROLE}"
    for name, options in roles.items():
        await _tell_nodes(connection, ALONE.format(statement=MISSING_ROLE.format(name=name, options=options)))
    for role in (DUE_ROLE, KEEPER_ROLE):
        await connection.execute(f"ALTER ROLE {role} LOGIN")
    for name in EXTENSIONS:
        await _tell_nodes(connection, ALONE.format(statement=f"CREATE EXTENSION IF NOT EXISTS {name}"))
    for statement in LEAKPROOF:
        await _tell_nodes(connection, statement)


async def _tell_nodes(connection: asyncpg.Connection, statement: str) -> None:
    answers = await connection.fetch(
        "SELECT nodename, nodeport, result FROM run_command_on_workers($1) WHERE NOT success", statement
    )
    for node, port, refusal in answers:
        raise DatabaseUnusable(f"{statement}: {node}:{port} answers {refusal}")


async def _move(connection: asyncpg.Connection, name: str, column: str) -> bool:
    """False when it is distributed already."""
    if await connection.fetchval(DISTRIBUTED, name):
        return False
    beside = "none" if name == FIRST else FIRST
    await connection.execute(
        "SELECT create_distributed_table($1::regclass, $2, colocate_with => $3)", name, column, beside
    )
    return True
