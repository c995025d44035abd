"""Helpers for migrations: rules of a table that the database itself keeps, whoever writes.

Each looks at nothing but the row it is called for, so the tables can be distributed.
"""

import json
from collections.abc import Iterable, Mapping

from alembic import op

ON_CITUS_TOO = "SET LOCAL citus.enable_unsafe_triggers = on"
"""Citus takes no trigger on a distributed table without it. Elsewhere it is a setting that nobody reads."""


def create_check_move() -> None:
    """The function behind `guard_moves`. Its arguments: the table's name and its moves as JSON."""
    op.execute(
        """
        CREATE FUNCTION check_move() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
        BEGIN
          IF NOT coalesce((TG_ARGV[1]::jsonb -> OLD.status) ? NEW.status, false) THEN
            RAISE EXCEPTION '% cannot go from % to %', TG_ARGV[0], OLD.status, NEW.status
              USING ERRCODE = 'check_violation', CONSTRAINT = format('ck_%s__move', TG_ARGV[0]);
          END IF;
          RETURN NEW;
        END $body$
        """
    )


def guard_moves(table: str, moves: Mapping[str, Iterable[str]]) -> None:
    """Let `status` of a table change only as `moves` says. A later migration calls it again with other moves.

    tests/building/test_moves.py compares them with the table of moves in the code. Other updates pay nothing.
    """
    written = json.dumps({was: sorted(following) for was, following in moves.items()})
    op.execute(ON_CITUS_TOO)
    op.execute(f"DROP TRIGGER IF EXISTS {table}_move ON {table}")
    op.execute(
        f"CREATE TRIGGER {table}_move BEFORE UPDATE OF status ON {table} FOR EACH ROW "
        f"WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION check_move('{table}', '{written}')"
    )


def create_check_set_once() -> None:
    """The function behind `guard_set_once`. Its arguments: the table's name, then the columns."""
    op.execute(
        """
        CREATE FUNCTION check_set_once() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
        DECLARE
          was jsonb := to_jsonb(OLD);
          becomes jsonb := to_jsonb(NEW);
          place int;
        BEGIN
          FOR place IN 1 .. TG_NARGS - 1 LOOP
            IF was ->> TG_ARGV[place] IS NOT NULL
               AND was -> TG_ARGV[place] IS DISTINCT FROM becomes -> TG_ARGV[place] THEN
              RAISE EXCEPTION '%.% is set once and stays', TG_ARGV[0], TG_ARGV[place]
                USING ERRCODE = 'check_violation', CONSTRAINT = format('ck_%s__set_once', TG_ARGV[0]);
            END IF;
          END LOOP;
          RETURN NEW;
        END $body$
        """
    )


def guard_set_once(table: str, columns: Iterable[str]) -> None:
    """Let these columns of a table be set while they are null, and never changed after that."""
    named = ", ".join(f"'{one}'" for one in [table, *columns])
    op.execute(ON_CITUS_TOO)
    op.execute(f"DROP TRIGGER IF EXISTS {table}_set_once ON {table}")
    op.execute(
        f"CREATE TRIGGER {table}_set_once BEFORE UPDATE ON {table} FOR EACH ROW "
        f"EXECUTE FUNCTION check_set_once({named})"
    )


def create_refuse_change() -> None:
    """The function behind `guard_append_only`."""
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
        BEGIN
          RAISE EXCEPTION 'rows of % are only ever added', TG_ARGV[0]
            USING ERRCODE = 'check_violation', CONSTRAINT = format('ck_%s__append_only', TG_ARGV[0]);
        END $body$
        """
    )


def remove_refuse_change() -> None:
    op.execute("DROP FUNCTION refuse_change()")


def guard_append_only(table: str) -> None:
    """Refuse every UPDATE and DELETE of a table, whoever tries."""
    op.execute(ON_CITUS_TOO)
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW "
        f"EXECUTE FUNCTION refuse_change('{table}')"
    )
