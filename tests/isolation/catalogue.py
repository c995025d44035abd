"""Reads the database's own catalogue and finds tables and functions that would show rows of other companies.

Each finder returns offences. It reads as the superuser, so that it sees everything.
"""

from asyncpg import Connection

WITHOUT_COMPANY = frozenset({"company", "attempt_counter", "tag", "alembic_version", "spatial_ref_sys"})
"""Tables that may lack `company_id`: the company itself (policy by its id), attempts of people who are in
no company yet, the codes that are taken by any company's tags, and two that belong to the tools."""

OURS = """
    NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = {oid} AND d.deptype = 'e')
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_t%'
"""

TABLES_OPEN_TO_OTHERS = f"""
    SELECT c.relname
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND {OURS.format(oid="c.oid")}
       AND c.relname <> ALL ($1)
       AND NOT (
           c.relrowsecurity AND c.relforcerowsecurity
           AND EXISTS (SELECT FROM pg_attribute a
                        WHERE a.attrelid = c.oid AND a.attname = 'company_id' AND a.attnotnull)
           AND ARRAY(SELECT DISTINCT pg_get_expr(p.polqual, p.polrelid) FROM pg_policy p
                      WHERE p.polrelid = c.oid AND p.polroles <> ARRAY['brigada_due'::regrole::oid])
               = ARRAY['(company_id = (NULLIF(current_setting(''app.company_id''::text, true), ''''::text))::uuid)']
           AND NOT EXISTS (SELECT FROM pg_policy p
                            WHERE p.polrelid = c.oid AND p.polroles = ARRAY['brigada_due'::regrole::oid]
                              AND p.polcmd <> 'r')
       )
     ORDER BY 1
"""
"""Row-level security off or not forced, no `company_id`, no policy of ours, or one that says something else beside
it (permissive policies add up). Another role may have the same policy, as `brigada_keeper` has."""

KEYS_WITHOUT_COMPANY = f"""
    SELECT c.relname || '.' || i.relname
      FROM pg_index x
      JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE (x.indisunique OR x.indisexclusion) AND c.relname <> ALL ($1) AND {OURS.format(oid="c.oid")}
       AND c.relkind IN ('r', 'p')
       AND (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = x.indkey[0])
           IS DISTINCT FROM 'company_id'
    UNION ALL
    SELECT c.relname || '.' || k.conname
      FROM pg_constraint k
      JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE k.contype = 'f' AND {OURS.format(oid="c.oid")}
       AND NOT (
           (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = k.conkey[1])
               = 'company_id'
           AND (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = k.confrelid AND a.attnum = k.confkey[1])
               = 'company_id'
       )
    UNION ALL
    SELECT c.relname || '.' || k.conname
      FROM pg_constraint k
      JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_operator o ON o.oid = k.conexclop[1]
     WHERE k.contype = 'x' AND {OURS.format(oid="c.oid")} AND o.oprname <> '='
    UNION ALL
    SELECT c.relname || ' has no primary key'
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND {OURS.format(oid="c.oid")} AND c.relname <> ALL ($1)
       AND NOT EXISTS (SELECT FROM pg_index x WHERE x.indrelid = c.oid AND x.indisprimary)
     ORDER BY 1
"""
"""Primary and unique keys, unique indexes, exclusion and foreign keys that do not begin with the company."""

VIEWS_THAT_LOOK_ACROSS = f"""
    SELECT c.relname
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE {OURS.format(oid="c.oid")}
       AND (c.relkind = 'm'
            OR c.relkind = 'v' AND NOT coalesce(c.reloptions && ARRAY['security_invoker=true', 'security_invoker=on'],
                                                false))
     ORDER BY 1
"""
"""A view reads as its owner unless told otherwise; a materialized view keeps the rows of everybody."""

PARTITIONS_WITHIN_REACH = """
    SELECT c.relname
      FROM pg_class c
     WHERE c.relispartition AND c.relkind IN ('r', 'p')
       AND has_table_privilege('brigada_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
     ORDER BY 1
"""
"""A query that names a partition directly does not use the policies of the partitioned table."""

FUNCTIONS_TOO_STRONG = f"""
    SELECT p.proname
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE p.prosecdef AND {OURS.format(oid="p.oid")}
       AND NOT (
           p.proowner IN ('brigada_due'::regrole, 'brigada_keeper'::regrole)
           AND coalesce(p.proconfig, '{{}}') @> ARRAY['search_path=public, pg_temp']
           AND NOT has_function_privilege('public', p.oid, 'EXECUTE')
       )
     ORDER BY 1
"""
"""SECURITY DEFINER functions that use the caller's search path, that everybody may call, or whose owner may do more
than read a few columns (`brigada_due`), or keep the pings (`brigada_keeper`, for whom row-level security holds)."""


async def find(superuser: Connection, finder: str) -> list[str]:
    arguments = [sorted(WITHOUT_COMPANY)] if "$1" in finder else []
    return [row[0] for row in await superuser.fetch(finder, *arguments)]


async def find_tables(superuser: Connection) -> set[str]:
    """Every table there is, ours or not, partitions left out."""
    query = """
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
           AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_t%'
    """
    return {row[0] for row in await superuser.fetch(query)}
