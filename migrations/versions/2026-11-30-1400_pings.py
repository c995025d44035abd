"""Positions of workers, in a partition for each day; consents, private time and trackers.

`brigada_keeper` owns `ping` and its partitions and nothing else: making, emptying and dropping a partition needs
their owner. It cannot log in, and row-level security holds for it, too: it removes rows of the company that is set
for the transaction. The application may not touch a partition: it has no right to use the schema they are in.
"""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import CURRENT_COMPANY, create_look_across, let_due_see_too, separate_companies
from migrations.due_work import add_clock, remove_clock

revision = "0045_pings"
down_revision = "0044_sync_views"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
MAKE_DAY = """
CREATE FUNCTION make_ping_day(day date) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $body$
DECLARE
  part text := to_char(day, '"d"YYYYMMDD');
BEGIN
  IF day NOT BETWEEN date '2020-01-01' AND date '2099-12-31' THEN
    RAISE EXCEPTION 'no pings are kept of %', day;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('ping days'));
  IF to_regclass('ping_day.' || part) IS NOT NULL THEN
    RETURN false;
  END IF;
  EXECUTE format('CREATE TABLE ping_day.%I (LIKE ping INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
  EXECUTE format('ALTER TABLE ping ATTACH PARTITION ping_day.%I FOR VALUES FROM (%L) TO (%L)', part,
                 to_char(day, 'YYYY-MM-DD') || ' 00:00+00', to_char(day + 1, 'YYYY-MM-DD') || ' 00:00+00');
  RETURN true;
END $body$
"""
"""Created beside the table and attached: that locks out no insert, unlike CREATE TABLE ... PARTITION OF."""
DROP_DAYS = """
CREATE FUNCTION drop_empty_ping_days(before date) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET lock_timeout = '1s' AS $body$
DECLARE
  part text;
  is_used boolean;
  dropped int := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('ping days'));
  FOR part IN SELECT relname FROM pg_class WHERE relnamespace = 'ping_day'::regnamespace AND relkind = 'r'
                 AND relname < to_char(before, '"d"YYYYMMDD') ORDER BY 1 LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM ping_day.%I)', part) INTO is_used;
    CONTINUE WHEN is_used;
    EXECUTE format('LOCK TABLE ping, ping_day.%I IN ACCESS EXCLUSIVE MODE', part);
    EXECUTE format('SELECT EXISTS (SELECT FROM ping_day.%I)', part) INTO is_used;
    CONTINUE WHEN is_used;
    EXECUTE format('DROP TABLE ping_day.%I', part);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $body$
"""
"""Only what no company has a row in. A ping that comes for such a day later gets its partition again."""
REMOVE = f"""
CREATE FUNCTION remove_pings(worker uuid, since timestamptz, until timestamptz) RETURNS int LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $body$
DECLARE
  removed int;
BEGIN
  DELETE FROM ping
   WHERE company_id = {CURRENT_COMPANY} AND worker_id = worker
     AND device_at >= since - interval '3 days' AND device_at < until + interval '3 days'
     AND (device_at - since) + clock_offset_s * interval '1 second' >= interval '0'
     AND (device_at - until) + clock_offset_s * interval '1 second' < interval '0';
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN removed;
END $body$
"""
"""By their true time. No clock that is believed is wrong by more than three days."""
REMOVE_OLD = f"""
CREATE FUNCTION remove_old_pings(before timestamptz, at_most int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $body$
DECLARE
  removed int;
BEGIN
  DELETE FROM ping
   WHERE company_id = {CURRENT_COMPANY} AND device_at < before
     AND (worker_id, device_id, device_at, content) IN (
       SELECT worker_id, device_id, device_at, content FROM ping
        WHERE company_id = {CURRENT_COMPANY} AND device_at < before LIMIT at_most);
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN removed;
END $body$
"""
KEEPERS = {
    "make_ping_day(date)": MAKE_DAY,
    "drop_empty_ping_days(date)": DROP_DAYS,
    "remove_pings(uuid, timestamptz, timestamptz)": REMOVE,
    "remove_old_pings(timestamptz, int)": REMOVE_OLD,
}
CLOCKS = {
    "position": ("last_position", "show_at"),
    "forgetting": ("track_forgetting", "look_at"),
}


def upgrade() -> None:
    _create_ping()
    _create_of_worker()
    _create_consents()
    _create_tracker()
    op.create_table(
        "tracking_settings",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("kept_days", sa.Integer(), server_default="365", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_tracking_settings")),
        sa.CheckConstraint("kept_days BETWEEN 30 AND 1100", name=op.f("ck_tracking_settings__kept_days")),
    )
    separate_companies("tracking_settings")
    for sweep, clock in CLOCKS.items():
        add_clock(sweep, *clock)


def _create_ping() -> None:
    op.create_table(
        "ping",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("device_at", AT, nullable=False),
        sa.Column("content", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("clock_offset_s", sa.Integer(), server_default="0", nullable=False),
        sa.Column("received_at", AT, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("speed_mps", sa.Float(), nullable=True),
        sa.Column("heading_deg", sa.Float(), nullable=True),
        sa.Column("altitude_m", sa.Float(), nullable=True),
        sa.Column("battery_pct", sa.Float(), nullable=True),
        sa.Column("is_charging", sa.Boolean(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("activity", sa.Text(), nullable=True),
        sa.Column("is_mock", sa.Boolean(), nullable=True),
        sa.Column("trigger", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "company_id", "worker_id", "device_id", "device_at", "content", name=op.f("pk_ping")
        ),
        postgresql_partition_by="RANGE (device_at)",
    )
    op.create_index(
        "ix_ping__wrong_clock",
        "ping",
        ["company_id", "worker_id", "device_at"],
        postgresql_where=sa.text("clock_offset_s <> 0"),
    )
    op.execute("ALTER TABLE ping ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE ping FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY company ON ping TO brigada_app, brigada_keeper USING (company_id = {CURRENT_COMPANY})"
    )
    op.execute("GRANT SELECT, INSERT ON ping TO brigada_app")
    op.execute("CREATE SCHEMA ping_day AUTHORIZATION brigada_keeper")
    op.execute("GRANT CREATE, USAGE ON SCHEMA public TO brigada_keeper")
    op.execute("ALTER TABLE ping OWNER TO brigada_keeper")
    for signature, function in KEEPERS.items():
        op.execute(function)
        op.execute(f"ALTER FUNCTION {signature} OWNER TO brigada_keeper")
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO brigada_app")
    op.execute("REVOKE CREATE ON SCHEMA public FROM brigada_keeper")


def _create_of_worker() -> None:
    op.create_table(
        "track_day",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("derive_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("company_id", "worker_id", "day", name=op.f("pk_track_day")),
        _of_worker("track_day"),
    )
    op.create_table(
        "last_position",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("speed_mps", sa.Float(), nullable=True),
        sa.Column("heading_deg", sa.Float(), nullable=True),
        sa.Column("battery_pct", sa.Float(), nullable=True),
        sa.Column("is_charging", sa.Boolean(), nullable=True),
        sa.Column("is_mock", sa.Boolean(), nullable=True),
        sa.Column("show_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("company_id", "worker_id", name=op.f("pk_last_position")),
        _of_worker("last_position"),
        sa.CheckConstraint(
            "lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name=op.f("ck_last_position__place")
        ),
    )
    _wait("track_day", "derive_at")
    _wait("last_position", "show_at")
    separate_companies("track_day")
    separate_companies("last_position", grants="SELECT, INSERT, UPDATE, DELETE")


def _create_consents() -> None:
    op.create_table(
        "consent_text",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ru", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "version", name=op.f("pk_consent_text")),
    )
    op.create_table(
        "tracking_consent",
        *_id("tracking_consent"),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("given_at", AT, nullable=False),
        sa.Column("withdrawn_at", AT, nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        _created_at(),
        _of_worker("tracking_consent"),
        sa.CheckConstraint("lang IN ('ru','en')", name=op.f("ck_tracking_consent__lang")),
        sa.CheckConstraint("withdrawn_at >= given_at", name=op.f("ck_tracking_consent__period")),
    )
    op.create_index(
        "uq_tracking_consent__in_force",
        "tracking_consent",
        ["company_id", "worker_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_index(
        "ix_tracking_consent__worker", "tracking_consent", ["company_id", "worker_id", "given_at"]
    )
    op.create_table(
        "private_time",
        *_id("private_time"),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.dialects.postgresql.TSTZRANGE(), nullable=False),
        _created_at(),
        _of_worker("private_time"),
        sa.dialects.postgresql.ExcludeConstraint(
            (sa.column("company_id"), "="),
            (sa.column("worker_id"), "="),
            (sa.column("period"), "&&"),
            using="gist",
            name="ex_private_time__overlap",
        ),
        sa.CheckConstraint(
            "NOT isempty(period) AND lower(period) IS NOT NULL", name=op.f("ck_private_time__period")
        ),
    )
    op.create_table(
        "track_forgetting",
        *_id("track_forgetting"),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("begins_at", AT, nullable=False),
        sa.Column("ends_at", AT, nullable=False),
        sa.Column("look_at", AT, nullable=True),
        _created_at(),
        _of_worker("track_forgetting"),
    )
    _wait("track_forgetting", "look_at")
    separate_companies("consent_text", grants="SELECT, INSERT")
    for table in ("tracking_consent", "private_time", "track_forgetting"):
        separate_companies(table)


def _create_tracker() -> None:
    op.create_table(
        "tracker",
        *_id("tracker"),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("last_seen_at", AT, nullable=True),
        sa.Column("revoked_at", AT, nullable=True),
        _created_at(),
        _of_worker("tracker"),
        sa.CheckConstraint("kind IN ('traccar','owntracks','other')", name=op.f("ck_tracker__kind")),
    )
    op.create_index("uq_tracker__key", "tracker", ["company_id", "key_hash"], unique=True)
    op.create_index("ix_tracker__key_hash", "tracker", ["key_hash"])
    op.create_index("ix_tracker__worker", "tracker", ["company_id", "worker_id"])
    separate_companies("tracker")
    op.execute("CREATE POLICY due ON tracker FOR SELECT TO brigada_due USING (true)")
    let_due_see_too("tracker", ["company_id", "id", "worker_id", "key_hash", "revoked_at"])
    create_look_across(
        "find_tracker(key bytea)",
        "TABLE (company_id uuid, tracker_id uuid, worker_id uuid)",
        """
        SELECT t.company_id, t.id, t.worker_id
          FROM tracker t JOIN user_account u ON u.company_id = t.company_id AND u.id = t.worker_id
         WHERE t.key_hash = key AND t.revoked_at IS NULL AND u.is_active
        """,
        plans="auto",
    )


def _id(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f(f"pk_{table}")),
    ]


def _created_at() -> sa.Column[object]:
    return sa.Column("created_at", AT, server_default=sa.func.now(), nullable=False)


def _of_worker(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["company_id", "worker_id"],
        ["worker.company_id", "worker.id"],
        name=op.f(f"fk_{table}__company_id_worker_id"),
    )


def _wait(table: str, column: str) -> None:
    """The two indexes of a clock."""
    waiting = sa.text(f"{column} IS NOT NULL")
    op.create_index(f"ix_{table}__due", table, ["company_id", column], postgresql_where=waiting)
    op.create_index(f"ix_{table}__{column}", table, [column, "company_id"], postgresql_where=waiting)


def downgrade() -> None:
    for sweep, clock in CLOCKS.items():
        remove_clock(sweep, *clock)
    op.execute("DROP FUNCTION find_tracker(bytea)")
    for signature in KEEPERS:
        op.execute(f"DROP FUNCTION {signature}")
    for table in ("tracking_settings", "tracker", "track_forgetting", "private_time", "tracking_consent"):
        op.drop_table(table)
    for table in ("consent_text", "last_position", "track_day", "ping"):
        op.drop_table(table)
    op.execute("DROP SCHEMA ping_day")
    op.execute("REVOKE ALL ON SCHEMA public FROM brigada_keeper")
