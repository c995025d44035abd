"""The database refuses moves of a status that the product refuses, and changes of what was signed."""

from alembic import op

from migrations.moves import (
    ON_CITUS_TOO,
    create_check_move,
    create_check_set_once,
    guard_moves,
    guard_set_once,
)

revision = "0037_moves"
down_revision = "0036_answer_hours"
branch_labels = None
depends_on = None

ORDER_GOES_ON = ("new", "measured", "prepaid", "in_production", "ready", "installation_planned")
ORDER_INSTALLED = ("installed", "handed_over")
ORDER_ALIVE = (*ORDER_GOES_ON, *ORDER_INSTALLED)

MOVES: dict[str, dict[str, tuple[str, ...]]] = {
    "production_order": {
        "placed": ("confirmed", "canceled"),
        "confirmed": ("in_production", "canceled"),
        "in_production": ("ready", "canceled"),
        "ready": ("delivered", "canceled"),
    },
    "job": {
        "new": ("planned", "in_progress", "canceled"),
        "planned": ("new", "in_progress", "canceled"),
        "in_progress": ("new", "planned", "completed", "canceled"),
        "completed": ("in_progress", "closed"),
    },
    "client_order": {
        **{was: tuple(to for to in (*ORDER_ALIVE, "canceled") if to != was) for was in ORDER_GOES_ON},
        **{was: tuple(to for to in ORDER_ALIVE if to != was) for was in ORDER_INSTALLED},
    },
    "offer": {
        "pending": ("accepted", "declined", "expired", "withdrawn"),
        "accepted": ("withdrawn",),
    },
    "message": {
        "queued": ("sending", "suppressed", "expired", "sent", "failed", "delivered"),
        "sending": ("queued", "sent", "failed", "unknown", "delivered"),
        "unknown": ("sent", "failed", "delivered"),
        "sent": ("failed", "unknown", "delivered"),
        "failed": ("delivered",),
        "suppressed": ("delivered",),
        "expired": ("delivered",),
    },
    "act": {"presented": ("signed", "refused", "voided")},
}
SIGNED_ONCE = (
    "signature",
    "signature_hash",
    "signature_key",
    "drawing_sha256",
    "signed_at",
    "refused_at",
    "refusal_reason",
    "pdf_ru_key",
    "pdf_ru_sha256",
    "pdf_en_key",
    "pdf_en_sha256",
)
INSERTED = """
    CREATE FUNCTION check_act_begins() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
    BEGIN
      RAISE EXCEPTION 'an act begins as presented, with nothing signed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_act__begins';
    END $body$
"""


def upgrade() -> None:
    create_check_move()
    for table, moves in MOVES.items():
        guard_moves(table, moves)
    create_check_set_once()
    guard_set_once("act", SIGNED_ONCE)
    op.execute(INSERTED)
    op.execute(ON_CITUS_TOO)
    op.execute(
        "CREATE TRIGGER act_begins BEFORE INSERT ON act FOR EACH ROW "
        "WHEN (NEW.status <> 'presented' OR NEW.pdf_ru_key IS NOT NULL OR NEW.pdf_en_key IS NOT NULL) "
        "EXECUTE FUNCTION check_act_begins()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER act_begins ON act")
    op.execute("DROP FUNCTION check_act_begins()")
    op.execute("DROP TRIGGER act_set_once ON act")
    op.execute("DROP FUNCTION check_set_once()")
    for table in MOVES:
        op.execute(f"DROP TRIGGER {table}_move ON {table}")
    op.execute("DROP FUNCTION check_move()")
