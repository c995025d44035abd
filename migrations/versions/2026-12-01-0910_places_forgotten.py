"""Where a worker was may be forgotten wherever it is kept: in the history of visits, and of photos.

The history of visits belongs to nobody who could change it. `brigada_keeper`, which already removes pings, may take the
place out of a row, and nothing else. Of a photo the columns with the place can be emptied and never be changed; the file
without the place has a hash of its own.
"""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import CURRENT_COMPANY, rows_of_every_company, separate_companies
from migrations.due_work import add_clock, remove_clock
from migrations.moves import ON_CITUS_TOO, guard_set_once

revision = "0068_places_forgotten"
down_revision = "0067_tracking_choice"
branch_labels = None
depends_on = None

SEEN_OF_HISTORY = "company_id, actor_id, occurred_at, corrected_at, received_at, point"
FORGET = f"""
CREATE FUNCTION forget_visit_points(actor uuid, since timestamptz[], until timestamptz[]) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $body$
DECLARE
  forgotten int;
BEGIN
  UPDATE visit_event v SET point = NULL
   WHERE v.company_id = {CURRENT_COMPANY} AND v.actor_id = actor AND v.point IS NOT NULL
     AND v.received_at >= (SELECT min(one) FROM unnest(since) AS one)
     AND EXISTS (SELECT FROM unnest(since, until) AS span (begins, ends)
                  WHERE coalesce(v.corrected_at, least(v.occurred_at, v.received_at)) >= begins
                    AND coalesce(v.corrected_at, least(v.occurred_at, v.received_at)) < ends);
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  RETURN forgotten;
END $body$
"""
"""What happened is received later, so the first bound finds its way by the index."""
SIGNATURE = "forget_visit_points(uuid, timestamptz[], timestamptz[])"
DECLARED = (
    *("id", "job_id", "visit_id", "purpose", "content_type", "size", "sha256", "author_id", "declared_at"),
    *("stored_at", "ink_sha256"),
)
EVIDENCE = ("taken_at", "has_taken_zone", "camera_make", "camera_model")
PLACE = ("taken_point", "taken_altitude_m")
ONLY_FORGET = """
CREATE FUNCTION check_only_forgotten() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
DECLARE
  was jsonb := to_jsonb(OLD);
  becomes jsonb := to_jsonb(NEW);
  place int;
BEGIN
  FOR place IN 1 .. TG_NARGS - 1 LOOP
    IF was ->> TG_ARGV[place] IS NOT NULL AND becomes ->> TG_ARGV[place] IS NOT NULL
       AND was -> TG_ARGV[place] IS DISTINCT FROM becomes -> TG_ARGV[place] THEN
      RAISE EXCEPTION '%.% is set once and stays, or is forgotten', TG_ARGV[0], TG_ARGV[place]
        USING ERRCODE = 'check_violation', CONSTRAINT = format('ck_%s__only_forgotten', TG_ARGV[0]);
    END IF;
  END LOOP;
  RETURN NEW;
END $body$
"""
WAITING = sa.text("clear_at IS NOT NULL")


def upgrade() -> None:
    _let_history_forget()
    _let_photos_forget()
    op.create_table(
        "place_clearing",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("clear_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("company_id", "attachment_id", name=op.f("pk_place_clearing")),
        sa.ForeignKeyConstraint(
            ["company_id", "attachment_id"],
            ["attachment.company_id", "attachment.id"],
            name=op.f("fk_place_clearing__company_id_attachment_id"),
        ),
    )
    op.create_index(
        "ix_place_clearing__clear", "place_clearing", ["company_id", "clear_at"], postgresql_where=WAITING
    )
    op.create_index(
        "ix_place_clearing__clear_due", "place_clearing", ["clear_at", "company_id"], postgresql_where=WAITING
    )
    separate_companies("place_clearing")
    add_clock("place_clearing", "place_clearing", "clear_at")
    op.create_index(
        "ix_field_command__payload",
        "field_command",
        ["company_id", "user_id", "received_at"],
        postgresql_where=sa.text("payload IS NOT NULL"),
    )


def _let_history_forget() -> None:
    op.create_index(
        "ix_visit_event__point",
        "visit_event",
        ["company_id", "actor_id", "received_at"],
        postgresql_where=sa.text("point IS NOT NULL"),
    )
    op.execute(
        f"CREATE POLICY keeper ON visit_event TO brigada_keeper USING (company_id = {CURRENT_COMPANY})"
    )
    op.execute(f"GRANT SELECT ({SEEN_OF_HISTORY}), UPDATE (point) ON visit_event TO brigada_keeper")
    op.execute("GRANT CREATE ON SCHEMA public TO brigada_keeper")
    op.execute(FORGET)
    op.execute(f"ALTER FUNCTION {SIGNATURE} OWNER TO brigada_keeper")
    op.execute("REVOKE CREATE ON SCHEMA public FROM brigada_keeper")
    op.execute(f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO brigada_app")


def _let_photos_forget() -> None:
    op.add_column(
        "attachment", sa.Column("holds_place", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("attachment", sa.Column("kept_sha256", sa.LargeBinary(), nullable=True))
    with rows_of_every_company("attachment"):
        op.execute(
            "UPDATE attachment SET holds_place = true "
            "WHERE taken_point IS NOT NULL OR taken_altitude_m IS NOT NULL"
        )
    guard_set_once("attachment", [*DECLARED, *EVIDENCE, "kept_sha256"])
    op.execute(ONLY_FORGET)
    op.execute(ON_CITUS_TOO)
    named = ", ".join(f"'{one}'" for one in ("attachment", *PLACE))
    op.execute(
        "CREATE TRIGGER attachment_only_forgotten BEFORE UPDATE ON attachment FOR EACH ROW "
        f"EXECUTE FUNCTION check_only_forgotten({named})"
    )
    op.create_index(
        "ix_attachment__place",
        "attachment",
        ["company_id", "author_id", "declared_at"],
        postgresql_where=sa.text("holds_place"),
    )


def downgrade() -> None:
    op.drop_index("ix_field_command__payload", table_name="field_command")
    remove_clock("place_clearing", "place_clearing", "clear_at")
    op.drop_table("place_clearing")
    op.drop_index("ix_attachment__place", table_name="attachment")
    op.execute("DROP TRIGGER attachment_only_forgotten ON attachment")
    op.execute("DROP FUNCTION check_only_forgotten()")
    guard_set_once("attachment", [*DECLARED, *EVIDENCE, *PLACE])
    for column in ("kept_sha256", "holds_place"):
        op.drop_column("attachment", column)
    op.execute(f"DROP FUNCTION {SIGNATURE}")
    op.execute("REVOKE ALL ON visit_event FROM brigada_keeper")
    op.execute(f"REVOKE SELECT ({SEEN_OF_HISTORY}), UPDATE (point) ON visit_event FROM brigada_keeper")
    op.execute("DROP POLICY keeper ON visit_event")
    op.drop_index("ix_visit_event__point", table_name="visit_event")
