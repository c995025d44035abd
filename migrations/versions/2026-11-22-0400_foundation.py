"""The schema of the main job. The rows of different companies are separated from the start."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geography
from sqlalchemy.dialects import postgresql

from migrations.company_rows import create_look_across, let_due_see, separate_companies

revision = "0001_foundation"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "audit_event",
    "checklist_answer",
    "delivery_report",
    "measurement",
    "measurement_version",
    "opening",
    "payment",
    "production_event",
    "reward",
    "visit_event",
)
"""The application may add and read rows of these tables, but never change or remove them."""

EDITED = (
    "client",
    "client_order",
    "crew",
    "crew_member",
    "device",
    "document_counter",
    "inbox_item",
    "job",
    "job_type",
    "message",
    "message_attempt",
    "offer",
    "production_order",
    "service_request",
    "site",
    "skill",
    "user_account",
    "visit",
    "work_item",
    "worker",
)

REMOVED_TOO = (
    "absence",
    "attachment",
    "client_contact",
    "event_delivery",
    "idempotency_key",
    "login_code",
    "outbox_event",
    "refresh_token",
    "shift",
    "territory",
    "visit_booking",
    "worker_territory",
)
"""The application may remove rows of these tables: bookings of a moved visit, expired codes, handled events."""

PARTLY_EDITED = {
    "act": (
        "status",
        "signature",
        "signature_hash",
        "signature_key",
        "signed_at",
        "refused_at",
        "refusal_reason",
        "render_at",
        "render_tries",
        "pdf_ru_key",
        "pdf_ru_sha256",
        "pdf_en_key",
        "pdf_en_sha256",
    ),
    "passport": ("history",),
}
"""Columns of documents that the application may change. It never changes what was shown to a client."""


def separate_all_companies() -> None:
    for table in APPEND_ONLY:
        separate_companies(table, grants="SELECT, INSERT")
    for table in EDITED:
        separate_companies(table)
    for table, columns in PARTLY_EDITED.items():
        separate_companies(table, grants=f"SELECT, INSERT, UPDATE ({', '.join(columns)})")
    for table in REMOVED_TOO:
        separate_companies(table, grants="SELECT, INSERT, UPDATE, DELETE")
    separate_companies("company", column="id")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON attempt_counter TO brigada_app")


def create_looks_across() -> None:
    let_due_see("visit", ["company_id", "escalate_at"])
    let_due_see("message", ["company_id", "send_at"])
    let_due_see("production_order", ["company_id", "remind_at"])
    let_due_see("attachment", ["company_id", "expires_at"])
    let_due_see("outbox_event", ["company_id", "happened_at", "relayed_at"])
    let_due_see("event_delivery", ["company_id", "due_at", "done_at", "failed_at"])
    let_due_see("user_account", ["company_id", "id", "email", "phone", "is_active"])
    let_due_see("act", ["company_id", "check_code", "render_at"])
    let_due_see("passport", ["company_id", "tag_code"])
    create_look_across(
        "due_work(until timestamptz)",
        "TABLE (sweep text, company_id uuid, due_at timestamptz)",
        """
        SELECT 'escalation', company_id, min(escalate_at) FROM visit WHERE escalate_at <= until GROUP BY company_id
        UNION ALL
        SELECT 'message', company_id, min(send_at) FROM message WHERE send_at <= until GROUP BY company_id
        UNION ALL
        SELECT 'readiness', company_id, min(remind_at) FROM production_order WHERE remind_at <= until GROUP BY company_id
        UNION ALL
        SELECT 'upload', company_id, min(expires_at) FROM attachment WHERE expires_at <= until GROUP BY company_id
        UNION ALL
        SELECT 'act_pdf', company_id, min(render_at) FROM act WHERE render_at <= until GROUP BY company_id
        UNION ALL
        SELECT 'relay', company_id, min(happened_at) FROM outbox_event WHERE relayed_at IS NULL GROUP BY company_id
        UNION ALL
        SELECT 'delivery', company_id, min(due_at) FROM event_delivery
         WHERE done_at IS NULL AND failed_at IS NULL AND due_at <= until GROUP BY company_id
        """,
    )
    create_look_across(
        "find_accounts(wanted_email text, wanted_phone text)",
        "TABLE (company_id uuid, user_id uuid)",
        """
        SELECT company_id, id FROM user_account
         WHERE is_active AND (email = wanted_email OR phone = wanted_phone)
        """,
    )
    create_look_across(
        "find_company_of_act(code text)", "uuid", "SELECT company_id FROM act WHERE check_code = code"
    )
    create_look_across(
        "find_company_of_tag(code text)", "uuid", "SELECT company_id FROM passport WHERE tag_code = code"
    )


VISIT_MOVES = {
    "planned": ("offered", "canceled"),
    "offered": ("accepted", "planned", "canceled"),
    "accepted": ("en_route", "on_site", "planned", "not_completed", "canceled"),
    "en_route": ("on_site", "planned", "not_completed", "canceled"),
    "on_site": ("in_progress", "not_completed"),
    "in_progress": ("paused", "completed", "partially_completed", "not_completed"),
    "paused": ("in_progress", "not_completed"),
}
"""The same as `visits.policies.MOVES`. A test compares them."""


def guard_visit_status() -> None:
    """The database also checks the status changes of a visit, so that no script or old process can break them."""
    pairs = ", ".join(f"('{was}', '{to}')" for was, following in VISIT_MOVES.items() for to in following)
    op.execute(
        f"""
        CREATE FUNCTION check_visit_move() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
          IF (OLD.status, NEW.status) NOT IN ({pairs}) THEN
            RAISE EXCEPTION 'visit cannot go from % to %', OLD.status, NEW.status
              USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_visit__move';
          END IF;
          RETURN NEW;
        END $body$
        """
    )
    op.execute(
        "CREATE TRIGGER visit_move BEFORE UPDATE OF status ON visit FOR EACH ROW "
        "WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION check_visit_move()"
    )


def upgrade() -> None:
    op.create_table(
        "act",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), server_default="presented", nullable=False),
        sa.Column("presented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total_kop", sa.BigInteger(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("rates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("check_code", sa.Text(), nullable=False),
        sa.Column("signature", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("signature_hash", sa.LargeBinary(), nullable=True),
        sa.Column("signature_key", sa.Text(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal_reason", sa.Text(), nullable=True),
        sa.Column("render_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("render_tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pdf_ru_key", sa.Text(), nullable=True),
        sa.Column("pdf_ru_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("pdf_en_key", sa.Text(), nullable=True),
        sa.Column("pdf_en_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(status = 'signed') = (signed_at IS NOT NULL) AND (status = 'signed') = (signature IS NOT NULL) AND (status = 'signed') = (signature_hash IS NOT NULL)",
            name=op.f("ck_act__signature"),
        ),
        sa.CheckConstraint(
            "status IN ('presented','signed','refused','voided')", name=op.f("ck_act__status")
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_act")),
        sa.UniqueConstraint("company_id", "check_code", name=op.f("uq_act__company_id_check_code")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_act__company_id_number")),
    )
    op.create_index("ix_act__check_code", "act", ["check_code"], unique=False)
    op.create_index("ix_act__order", "act", ["company_id", "order_id"], unique=False)
    op.create_index(
        "ix_act__render",
        "act",
        ["company_id", "render_at"],
        unique=False,
        postgresql_where=sa.text("render_at IS NOT NULL"),
    )
    op.create_index("ix_act__visit", "act", ["company_id", "visit_id"], unique=False)
    op.create_index(
        "uq_act__open",
        "act",
        ["company_id", "visit_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('presented','signed')"),
    )
    op.create_table(
        "attempt_counter",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("tried_at", sa.ARRAY(sa.DateTime(timezone=True)), nullable=False),
        sa.Column("forget_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempt_counter")),
    )
    op.create_index(op.f("ix_attempt_counter__forget_at"), "attempt_counter", ["forget_at"], unique=False)
    op.create_table(
        "audit_event",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_audit_event")),
    )
    op.create_table(
        "client",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="person", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("surname", sa.Text(), server_default="", nullable=False),
        sa.Column("inn", sa.Text(), server_default="", nullable=False),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("lang", sa.Text(), server_default="ru", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "full_name",
            sa.Text(),
            sa.Computed("btrim(surname || ' ' || name)", persisted=True),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("kind IN ('person','organisation')", name=op.f("ck_client__kind")),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_client")),
    )
    op.create_index(
        "ix_client__full_name",
        "client",
        ["company_id", "full_name"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={"full_name": "gist_trgm_ops"},
    )
    op.create_index(
        "ix_client__inn", "client", ["company_id", "inn"], unique=False, postgresql_where=sa.text("inn <> ''")
    )
    op.create_table(
        "company",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("legal_name", sa.Text(), server_default="", nullable=False),
        sa.Column("inn", sa.Text(), server_default="", nullable=False),
        sa.Column("kpp", sa.Text(), server_default="", nullable=False),
        sa.Column("ogrn", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("bank_details", sa.Text(), server_default="", nullable=False),
        sa.Column("lang", sa.Text(), server_default="ru", nullable=False),
        sa.Column("timezone", sa.Text(), server_default="Europe/Moscow", nullable=False),
        sa.Column("sms_sender", sa.Text(), server_default="", nullable=False),
        sa.Column("logo_key", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
    )
    op.create_table(
        "document_counter",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "kind", name=op.f("pk_document_counter")),
    )
    op.create_table(
        "event_delivery",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("listener", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("company_id", "event_id", "listener", name=op.f("pk_event_delivery")),
    )
    op.create_index(
        "ix_event_delivery__waiting",
        "event_delivery",
        ["company_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL AND failed_at IS NULL"),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "user_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index(op.f("ix_idempotency_key__created_at"), "idempotency_key", ["created_at"], unique=False)
    op.create_table(
        "inbox_item",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("occurrence", sa.Text(), server_default="", nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "audience IN ('dispatcher','supervisor','worker')", name=op.f("ck_inbox_item__audience")
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_inbox_item")),
        sa.UniqueConstraint(
            "company_id",
            "kind",
            "subject_id",
            "occurrence",
            "audience",
            name=op.f("uq_inbox_item__company_id_kind_subject_id_occurrence_audience"),
        ),
    )
    op.create_index(
        "ix_inbox_item__open",
        "inbox_item",
        ["company_id", "audience", "id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "job_type",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("duration_min", sa.Integer(), nullable=False),
        sa.Column("required_skills", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("accept_within_s", sa.Integer(), server_default="900", nullable=False),
        sa.Column("ladder", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("checklist", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("proofs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "kind IN ('measurement','installation','service','delivery','claim')",
            name=op.f("ck_job_type__kind"),
        ),
        sa.CheckConstraint("duration_min > 0", name=op.f("ck_job_type__duration")),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_job_type")),
        sa.UniqueConstraint("company_id", "code", name=op.f("uq_job_type__company_id_code")),
    )
    op.create_table(
        "message",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("occurrence", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="queued", nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('queued','sending','sent','delivered','failed','unknown','suppressed','expired')",
            name=op.f("ck_message__status"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_message")),
        sa.UniqueConstraint(
            "company_id",
            "kind",
            "subject_id",
            "occurrence",
            "recipient_id",
            name=op.f("uq_message__company_id_kind_subject_id_occurrence_recipient_id"),
        ),
    )
    op.create_index(
        "ix_message__due",
        "message",
        ["company_id", "send_at"],
        unique=False,
        postgresql_where=sa.text("send_at IS NOT NULL"),
    )
    op.create_index(
        "ix_message__subject", "message", ["company_id", "subject_kind", "subject_id"], unique=False
    )
    op.create_table(
        "outbox_event",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "happened_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("relayed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_outbox_event")),
    )
    op.create_index(
        "ix_outbox_event__waiting",
        "outbox_event",
        ["company_id", "happened_at"],
        unique=False,
        postgresql_where=sa.text("relayed_at IS NULL"),
    )
    op.create_table(
        "skill",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "code", name=op.f("pk_skill")),
    )
    op.create_table(
        "territory",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "area",
            Geography(
                geometry_type="POLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeogFromText",
                name="geography",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_territory")),
    )
    op.create_index(
        "ix_territory__area", "territory", ["company_id", "area"], unique=False, postgresql_using="gist"
    )
    op.create_table(
        "user_account",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("lang", sa.Text(), server_default="ru", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("session_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("cardinality(roles) > 0", name=op.f("ck_user_account__has_role")),
        sa.CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name=op.f("ck_user_account__reachable")),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("company_id", "email", name=op.f("uq_user_account__company_id_email")),
        sa.UniqueConstraint("company_id", "phone", name=op.f("uq_user_account__company_id_phone")),
    )
    op.create_index("ix_user_account__email", "user_account", ["email"], unique=False)
    op.create_index("ix_user_account__phone", "user_account", ["phone"], unique=False)
    op.create_table(
        "work_item",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_ru", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("price_kop", sa.BigInteger(), nullable=False),
        sa.Column("reward_kop", sa.BigInteger(), nullable=False),
        sa.Column("warranty_months", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "price_kop >= 0 AND reward_kop >= 0 AND warranty_months >= 0",
            name=op.f("ck_work_item__not_negative"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_work_item")),
        sa.UniqueConstraint("company_id", "code", name=op.f("uq_work_item__company_id_code")),
    )
    op.create_table(
        "client_contact",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("tail", sa.Text(), sa.Computed('"right"(value, 4)', persisted=True), nullable=False),
        sa.Column("is_primary", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_shared", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('phone','email')", name=op.f("ck_client_contact__kind")),
        sa.ForeignKeyConstraint(
            ["company_id", "client_id"],
            ["client.company_id", "client.id"],
            name=op.f("fk_client_contact__company_id_client_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_client_contact")),
    )
    op.create_index("ix_client_contact__client", "client_contact", ["company_id", "client_id"], unique=False)
    op.create_index("ix_client_contact__tail", "client_contact", ["company_id", "kind", "tail"], unique=False)
    op.create_index("ix_client_contact__value", "client_contact", ["company_id", "value"], unique=False)
    op.create_index(
        "uq_client_contact__value",
        "client_contact",
        ["company_id", "kind", "value"],
        unique=True,
        postgresql_where=sa.text("NOT is_shared"),
    )
    op.create_table(
        "delivery_report",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("raw", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "message_id"],
            ["message.company_id", "message.id"],
            name=op.f("fk_delivery_report__company_id_message_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_delivery_report")),
        sa.UniqueConstraint(
            "company_id",
            "message_id",
            "digest",
            name=op.f("uq_delivery_report__company_id_message_id_digest"),
        ),
    )
    op.create_table(
        "device",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("app_version", sa.Text(), server_default="", nullable=False),
        sa.Column("push_token", sa.Text(), nullable=True),
        sa.Column(
            "last_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["user_account.company_id", "user_account.id"],
            name=op.f("fk_device__company_id_user_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_device")),
    )
    op.create_index("ix_device__user", "device", ["company_id", "user_id"], unique=False)
    op.create_table(
        "login_code",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["user_account.company_id", "user_account.id"],
            name=op.f("fk_login_code__company_id_user_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_login_code")),
    )
    op.create_index(
        "ix_login_code__user", "login_code", ["company_id", "user_id", "created_at"], unique=False
    )
    op.create_table(
        "message_attempt",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id", "message_id"],
            ["message.company_id", "message.id"],
            name=op.f("fk_message_attempt__company_id_message_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "message_id", "number", name=op.f("pk_message_attempt")),
    )
    op.create_table(
        "passport",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tag_code", sa.Text(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("product", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("measurements", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("installed_on", sa.Date(), nullable=False),
        sa.Column("warranty_until", sa.Date(), nullable=True),
        sa.Column("history", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "act_id"],
            ["act.company_id", "act.id"],
            name=op.f("fk_passport__company_id_act_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_passport")),
        sa.UniqueConstraint(
            "company_id", "act_id", "position", name=op.f("uq_passport__company_id_act_id_position")
        ),
        sa.UniqueConstraint("company_id", "tag_code", name=op.f("uq_passport__company_id_tag_code")),
    )
    op.create_index("ix_passport__site", "passport", ["company_id", "site_id"], unique=False)
    op.create_index("ix_passport__tag_code", "passport", ["tag_code"], unique=False)
    op.create_table(
        "refresh_token",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("family_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["user_account.company_id", "user_account.id"],
            name=op.f("fk_refresh_token__company_id_user_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_refresh_token")),
        sa.UniqueConstraint("company_id", "token_hash", name=op.f("uq_refresh_token__company_id_token_hash")),
    )
    op.create_index(
        "ix_refresh_token__last",
        "refresh_token",
        ["company_id", "user_id"],
        unique=False,
        postgresql_where=sa.text("used_at IS NULL"),
    )
    op.create_index(
        "ix_refresh_token__user", "refresh_token", ["company_id", "user_id", "expires_at"], unique=False
    )
    op.create_table(
        "reward",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("work_code", sa.Text(), nullable=False),
        sa.Column("work_item_version", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("rate_kop", sa.BigInteger(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("shares_total", sa.Integer(), nullable=False),
        sa.Column("amount_kop", sa.BigInteger(), nullable=False),
        sa.Column("earned_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("amount_kop >= 0", name=op.f("ck_reward__not_negative")),
        sa.ForeignKeyConstraint(
            ["company_id", "act_id"], ["act.company_id", "act.id"], name=op.f("fk_reward__company_id_act_id")
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_reward")),
        sa.UniqueConstraint(
            "company_id",
            "act_id",
            "line",
            "worker_id",
            name=op.f("uq_reward__company_id_act_id_line_worker_id"),
        ),
    )
    op.create_index("ix_reward__worker", "reward", ["company_id", "worker_id", "earned_on"], unique=False)
    op.create_table(
        "site",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("entrance", sa.Text(), server_default="", nullable=False),
        sa.Column("floor", sa.Text(), server_default="", nullable=False),
        sa.Column("apartment", sa.Text(), server_default="", nullable=False),
        sa.Column("intercom", sa.Text(), server_default="", nullable=False),
        sa.Column("access_notes", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "point",
            Geography(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeogFromText",
                name="geography",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "client_id"],
            ["client.company_id", "client.id"],
            name=op.f("fk_site__company_id_client_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_site")),
    )
    op.create_index("ix_site__client", "site", ["company_id", "client_id"], unique=False)
    op.create_index("ix_site__point", "site", ["company_id", "point"], unique=False, postgresql_using="gist")
    op.create_table(
        "worker",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("skills", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "home",
            Geography(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeogFromText",
                name="geography",
            ),
            nullable=True,
        ),
        sa.Column(
            "position",
            Geography(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeogFromText",
                name="geography",
            ),
            nullable=True,
        ),
        sa.Column("position_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position_accuracy_m", sa.Double(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "id"],
            ["user_account.company_id", "user_account.id"],
            name=op.f("fk_worker__company_id_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_worker")),
    )
    op.create_index(
        "ix_worker__home", "worker", ["company_id", "home"], unique=False, postgresql_using="gist"
    )
    op.create_index(
        "ix_worker__position", "worker", ["company_id", "position"], unique=False, postgresql_using="gist"
    )
    op.create_table(
        "absence",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("period", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('vacation','sick','private','break')", name=op.f("ck_absence__kind")),
        sa.CheckConstraint(
            "NOT isempty(period) AND upper(period) IS NOT NULL", name=op.f("ck_absence__period")
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "worker_id"],
            ["worker.company_id", "worker.id"],
            name=op.f("fk_absence__company_id_worker_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_absence")),
    )
    op.create_index(
        "ix_absence__worker",
        "absence",
        ["company_id", "worker_id", "period"],
        unique=False,
        postgresql_using="gist",
    )
    op.create_table(
        "client_order",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), server_default="new", nullable=False),
        sa.Column("prepaid_kop", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "status IN ('new','measured','prepaid','in_production','ready','installation_planned','installed','handed_over','canceled')",
            name=op.f("ck_client_order__status"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "client_id"],
            ["client.company_id", "client.id"],
            name=op.f("fk_client_order__company_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "site_id"],
            ["site.company_id", "site.id"],
            name=op.f("fk_client_order__company_id_site_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_client_order")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_client_order__company_id_number")),
    )
    op.create_index("ix_client_order__client", "client_order", ["company_id", "client_id"], unique=False)
    op.create_table(
        "crew",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("foreman_id", sa.Uuid(), nullable=False),
        sa.Column("vehicle", sa.Text(), server_default="", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "foreman_id"],
            ["worker.company_id", "worker.id"],
            name=op.f("fk_crew__company_id_foreman_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_crew")),
    )
    op.create_table(
        "shift",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("period", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("company_id"), "="),
            (sa.column("worker_id"), "="),
            (sa.column("period"), "&&"),
            using="gist",
            name="ex_shift__overlap",
        ),
        sa.CheckConstraint(
            "NOT isempty(period) AND upper(period) IS NOT NULL", name=op.f("ck_shift__period")
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "worker_id"],
            ["worker.company_id", "worker.id"],
            name=op.f("fk_shift__company_id_worker_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_shift")),
    )
    op.create_table(
        "worker_territory",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("territory_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "territory_id"],
            ["territory.company_id", "territory.id"],
            name=op.f("fk_worker_territory__company_id_territory_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "worker_id"],
            ["worker.company_id", "worker.id"],
            name=op.f("fk_worker_territory__company_id_worker_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "worker_id", "territory_id", name=op.f("pk_worker_territory")),
    )
    op.create_table(
        "crew_member",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("crew_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("period", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("share", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("company_id"), "="),
            (sa.column("crew_id"), "="),
            (sa.column("worker_id"), "="),
            (sa.column("period"), "&&"),
            using="gist",
            name="ex_crew_member__overlap",
        ),
        sa.CheckConstraint("NOT isempty(period)", name=op.f("ck_crew_member__period")),
        sa.CheckConstraint("share > 0", name=op.f("ck_crew_member__share")),
        sa.ForeignKeyConstraint(
            ["company_id", "crew_id"],
            ["crew.company_id", "crew.id"],
            name=op.f("fk_crew_member__company_id_crew_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "worker_id"],
            ["worker.company_id", "worker.id"],
            name=op.f("fk_crew_member__company_id_worker_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_crew_member")),
    )
    op.create_table(
        "job",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("job_type_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), server_default="new", nullable=False),
        sa.Column("priority", sa.Text(), server_default="normal", nullable=False),
        sa.Column("required_skills", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("instructions", sa.Text(), server_default="", nullable=False),
        sa.Column("canceled_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(status = 'canceled') = (canceled_reason IS NOT NULL)", name=op.f("ck_job__canceled_has_reason")
        ),
        sa.CheckConstraint("priority IN ('low','normal','high','urgent')", name=op.f("ck_job__priority")),
        sa.CheckConstraint(
            "status IN ('new','planned','in_progress','completed','closed','canceled')",
            name=op.f("ck_job__status"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "client_id"],
            ["client.company_id", "client.id"],
            name=op.f("fk_job__company_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "job_type_id"],
            ["job_type.company_id", "job_type.id"],
            name=op.f("fk_job__company_id_job_type_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "order_id"],
            ["client_order.company_id", "client_order.id"],
            name=op.f("fk_job__company_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "site_id"], ["site.company_id", "site.id"], name=op.f("fk_job__company_id_site_id")
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_job")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_job__company_id_number")),
    )
    op.create_index("ix_job__client", "job", ["company_id", "client_id"], unique=False)
    op.create_index("ix_job__order", "job", ["company_id", "order_id"], unique=False)
    op.create_table(
        "measurement_version",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("openings", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "job_id"],
            ["job.company_id", "job.id"],
            name=op.f("fk_measurement_version__company_id_job_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_measurement_version")),
        sa.UniqueConstraint(
            "company_id", "job_id", "version", name=op.f("uq_measurement_version__company_id_job_id_version")
        ),
    )
    op.create_table(
        "service_request",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("contact_name", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="new", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("responded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(status = 'converted') = (job_id IS NOT NULL)",
            name=op.f("ck_service_request__converted_has_job"),
        ),
        sa.CheckConstraint(
            "channel IN ('phone','site','email','messenger','manual')",
            name=op.f("ck_service_request__channel"),
        ),
        sa.CheckConstraint(
            "status IN ('new','responded','converted','closed','duplicate','spam')",
            name=op.f("ck_service_request__status"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "client_id"],
            ["client.company_id", "client.id"],
            name=op.f("fk_service_request__company_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "job_id"],
            ["job.company_id", "job.id"],
            name=op.f("fk_service_request__company_id_job_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_service_request")),
        sa.UniqueConstraint(
            "company_id",
            "channel",
            "external_ref",
            name=op.f("uq_service_request__company_id_channel_external_ref"),
        ),
    )
    op.create_index(
        "ix_service_request__client", "service_request", ["company_id", "client_id"], unique=False
    )
    op.create_index(
        "ix_service_request__status", "service_request", ["company_id", "status", "received_at"], unique=False
    )
    op.create_table(
        "visit",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), server_default="planned", nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=True),
        sa.Column("crew_id", sa.Uuid(), nullable=True),
        sa.Column("accept_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ladder", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
        sa.Column("ladder_next", sa.Integer(), server_default="0", nullable=False),
        sa.Column("escalate_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("departed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(status = 'offered') = (accept_by IS NOT NULL)", name=op.f("ck_visit__offer_has_deadline")
        ),
        sa.CheckConstraint(
            "status IN ('planned','offered','accepted','en_route','on_site','in_progress','paused','completed','partially_completed','not_completed','canceled')",
            name=op.f("ck_visit__status"),
        ),
        sa.CheckConstraint(
            "starts_at < ends_at AND window_starts_at < window_ends_at", name=op.f("ck_visit__times")
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "crew_id"],
            ["crew.company_id", "crew.id"],
            name=op.f("fk_visit__company_id_crew_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "job_id"], ["job.company_id", "job.id"], name=op.f("fk_visit__company_id_job_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "worker_id"],
            ["worker.company_id", "worker.id"],
            name=op.f("fk_visit__company_id_worker_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_visit")),
        sa.UniqueConstraint(
            "company_id", "job_id", "number", name=op.f("uq_visit__company_id_job_id_number")
        ),
    )
    op.create_index(
        "ix_visit__escalate",
        "visit",
        ["company_id", "escalate_at"],
        unique=False,
        postgresql_where=sa.text("escalate_at IS NOT NULL"),
    )
    op.create_index("ix_visit__starts", "visit", ["company_id", "starts_at"], unique=False)
    op.create_index("ix_visit__worker", "visit", ["company_id", "worker_id", "starts_at"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("caption", sa.Text(), server_default="", nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=True),
        sa.Column("height_px", sa.Integer(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_abandoned", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('photo','photo_act','signature')", name=op.f("ck_attachment__purpose")
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "job_id"],
            ["job.company_id", "job.id"],
            name=op.f("fk_attachment__company_id_job_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "visit_id"],
            ["visit.company_id", "visit.id"],
            name=op.f("fk_attachment__company_id_visit_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_attachment")),
    )
    op.create_index(
        "ix_attachment__expires",
        "attachment",
        ["company_id", "expires_at"],
        unique=False,
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.create_index("ix_attachment__job", "attachment", ["company_id", "job_id"], unique=False)
    op.create_index("ix_attachment__visit", "attachment", ["company_id", "visit_id"], unique=False)
    op.create_table(
        "checklist_answer",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("form", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "visit_id"],
            ["visit.company_id", "visit.id"],
            name=op.f("fk_checklist_answer__company_id_visit_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_checklist_answer")),
    )
    op.create_index(
        "ix_checklist_answer__visit", "checklist_answer", ["company_id", "visit_id", "id"], unique=False
    )
    op.create_table(
        "measurement",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=True),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "job_id"],
            ["job.company_id", "job.id"],
            name=op.f("fk_measurement__company_id_job_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "visit_id"],
            ["visit.company_id", "visit.id"],
            name=op.f("fk_measurement__company_id_visit_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_measurement")),
        sa.UniqueConstraint("company_id", "command_id", name=op.f("uq_measurement__company_id_command_id")),
        sa.UniqueConstraint(
            "company_id", "job_id", "version", name=op.f("uq_measurement__company_id_job_id_version")
        ),
    )
    op.create_table(
        "offer",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("crew_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending','accepted','declined','expired','withdrawn')", name=op.f("ck_offer__status")
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "visit_id"],
            ["visit.company_id", "visit.id"],
            name=op.f("fk_offer__company_id_visit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "worker_id"],
            ["worker.company_id", "worker.id"],
            name=op.f("fk_offer__company_id_worker_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_offer")),
    )
    op.create_index("ix_offer__visit", "offer", ["company_id", "visit_id"], unique=False)
    op.create_index(
        "uq_offer__open",
        "offer",
        ["company_id", "visit_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('pending','accepted')"),
    )
    op.create_table(
        "payment",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_kop", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("receipt_ref", sa.Text(), server_default="", nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=True),
        sa.Column("taken_by", sa.Uuid(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind = 'refund' OR visit_id IS NOT NULL", name=op.f("ck_payment__taken_somewhere")
        ),
        sa.CheckConstraint("kind IN ('prepayment','final','refund')", name=op.f("ck_payment__kind")),
        sa.CheckConstraint("method IN ('cash','card','sbp','transfer')", name=op.f("ck_payment__method")),
        sa.CheckConstraint("amount_kop > 0", name=op.f("ck_payment__amount")),
        sa.ForeignKeyConstraint(
            ["company_id", "job_id"], ["job.company_id", "job.id"], name=op.f("fk_payment__company_id_job_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "order_id"],
            ["client_order.company_id", "client_order.id"],
            name=op.f("fk_payment__company_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "visit_id"],
            ["visit.company_id", "visit.id"],
            name=op.f("fk_payment__company_id_visit_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_payment")),
        sa.UniqueConstraint("company_id", "command_id", name=op.f("uq_payment__company_id_command_id")),
    )
    op.create_index("ix_payment__order", "payment", ["company_id", "order_id"], unique=False)
    op.create_table(
        "production_order",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("measurement_id", sa.Uuid(), nullable=False),
        sa.Column("plant_ref", sa.Text(), server_default="", nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="placed", nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_ready_on", sa.Date(), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("installation_job_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "status IN ('placed','confirmed','in_production','ready','delivered','canceled')",
            name=op.f("ck_production_order__status"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "installation_job_id"],
            ["job.company_id", "job.id"],
            name=op.f("fk_production_order__company_id_installation_job_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "job_id"],
            ["job.company_id", "job.id"],
            name=op.f("fk_production_order__company_id_job_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "measurement_id"],
            ["measurement_version.company_id", "measurement_version.id"],
            name=op.f("fk_production_order__company_id_measurement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "order_id"],
            ["client_order.company_id", "client_order.id"],
            name=op.f("fk_production_order__company_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_production_order")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_production_order__company_id_number")),
    )
    op.create_index(
        "ix_production_order__installation",
        "production_order",
        ["company_id", "installation_job_id"],
        unique=False,
        postgresql_where=sa.text("installation_job_id IS NOT NULL"),
    )
    op.create_index(
        "ix_production_order__order", "production_order", ["company_id", "order_id"], unique=False
    )
    op.create_index(
        "ix_production_order__ready_on", "production_order", ["company_id", "planned_ready_on"], unique=False
    )
    op.create_index(
        "ix_production_order__remind",
        "production_order",
        ["company_id", "remind_at"],
        unique=False,
        postgresql_where=sa.text("remind_at IS NOT NULL"),
    )
    op.create_index(
        "uq_production_order__job",
        "production_order",
        ["company_id", "job_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('placed','confirmed','in_production')"),
    )
    op.create_index(
        "uq_production_order__measurement",
        "production_order",
        ["company_id", "measurement_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'canceled'"),
    )
    op.create_table(
        "visit_booking",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("period", postgresql.TSTZRANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("company_id"), "="),
            (sa.column("worker_id"), "="),
            (sa.column("period"), "&&"),
            using="gist",
            name="ex_visit_booking__overlap",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "visit_id"],
            ["visit.company_id", "visit.id"],
            name=op.f("fk_visit_booking__company_id_visit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "worker_id"],
            ["worker.company_id", "worker.id"],
            name=op.f("fk_visit_booking__company_id_worker_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "visit_id", "worker_id", name=op.f("pk_visit_booking")),
    )
    op.create_table(
        "visit_event",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("command_id", sa.Uuid(), nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("device_seq", sa.Integer(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "point",
            Geography(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeogFromText",
                name="geography",
            ),
            nullable=True,
        ),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "visit_id"],
            ["visit.company_id", "visit.id"],
            name=op.f("fk_visit_event__company_id_visit_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_visit_event")),
        sa.UniqueConstraint("company_id", "command_id", name=op.f("uq_visit_event__company_id_command_id")),
    )
    op.create_index("ix_visit_event__visit", "visit_event", ["company_id", "visit_id", "id"], unique=False)
    op.create_table(
        "opening",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("measurement_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("wall", sa.Text(), nullable=False),
        sa.Column("width_top_mm", sa.Integer(), nullable=False),
        sa.Column("width_middle_mm", sa.Integer(), nullable=False),
        sa.Column("width_bottom_mm", sa.Integer(), nullable=False),
        sa.Column("height_left_mm", sa.Integer(), nullable=False),
        sa.Column("height_middle_mm", sa.Integer(), nullable=False),
        sa.Column("height_right_mm", sa.Integer(), nullable=False),
        sa.Column("diagonal_1_mm", sa.Integer(), nullable=False),
        sa.Column("diagonal_2_mm", sa.Integer(), nullable=False),
        sa.Column("quarter_mm", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sill_mm", sa.Integer(), nullable=True),
        sa.Column("slope_mm", sa.Integer(), nullable=True),
        sa.Column("mosquito_net", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("product", sa.Text(), server_default="", nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("checks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("kind IN ('window','door','balcony')", name=op.f("ck_opening__kind")),
        sa.ForeignKeyConstraint(
            ["company_id", "measurement_id"],
            ["measurement.company_id", "measurement.id"],
            name=op.f("fk_opening__company_id_measurement_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "measurement_id", "position", name=op.f("pk_opening")),
        sa.UniqueConstraint(
            "company_id", "measurement_id", "label", name=op.f("uq_opening__company_id_measurement_id_label")
        ),
    )
    op.create_table(
        "production_event",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("production_order_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "production_order_id"],
            ["production_order.company_id", "production_order.id"],
            name=op.f("fk_production_event__company_id_production_order_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_production_event")),
    )
    op.create_index(
        "ix_production_event__order",
        "production_event",
        ["company_id", "production_order_id", "id"],
        unique=False,
    )
    separate_all_companies()
    create_looks_across()
    guard_visit_status()


def downgrade() -> None:
    for function in (
        "due_work(timestamptz)",
        "find_accounts(text, text)",
        "find_company_of_act(text)",
        "find_company_of_tag(text)",
    ):
        op.execute(f"DROP FUNCTION {function}")
    op.drop_index("ix_production_event__order", table_name="production_event")
    op.drop_table("production_event")
    op.drop_table("opening")
    op.drop_index("ix_visit_event__visit", table_name="visit_event")
    op.drop_table("visit_event")
    op.drop_table("visit_booking")
    op.drop_index(
        "uq_production_order__measurement",
        table_name="production_order",
        postgresql_where=sa.text("status <> 'canceled'"),
    )
    op.drop_index(
        "uq_production_order__job",
        table_name="production_order",
        postgresql_where=sa.text("status IN ('placed','confirmed','in_production')"),
    )
    op.drop_index(
        "ix_production_order__remind",
        table_name="production_order",
        postgresql_where=sa.text("remind_at IS NOT NULL"),
    )
    op.drop_index("ix_production_order__ready_on", table_name="production_order")
    op.drop_index("ix_production_order__order", table_name="production_order")
    op.drop_index(
        "ix_production_order__installation",
        table_name="production_order",
        postgresql_where=sa.text("installation_job_id IS NOT NULL"),
    )
    op.drop_table("production_order")
    op.drop_index("ix_payment__order", table_name="payment")
    op.drop_table("payment")
    op.drop_index(
        "uq_offer__open", table_name="offer", postgresql_where=sa.text("status IN ('pending','accepted')")
    )
    op.drop_index("ix_offer__visit", table_name="offer")
    op.drop_table("offer")
    op.drop_table("measurement")
    op.drop_index("ix_checklist_answer__visit", table_name="checklist_answer")
    op.drop_table("checklist_answer")
    op.drop_index("ix_attachment__visit", table_name="attachment")
    op.drop_index("ix_attachment__job", table_name="attachment")
    op.drop_index(
        "ix_attachment__expires", table_name="attachment", postgresql_where=sa.text("expires_at IS NOT NULL")
    )
    op.drop_table("attachment")
    op.drop_index("ix_visit__worker", table_name="visit")
    op.drop_index("ix_visit__starts", table_name="visit")
    op.drop_index(
        "ix_visit__escalate", table_name="visit", postgresql_where=sa.text("escalate_at IS NOT NULL")
    )
    op.drop_table("visit")
    op.drop_index("ix_service_request__status", table_name="service_request")
    op.drop_index("ix_service_request__client", table_name="service_request")
    op.drop_table("service_request")
    op.drop_table("measurement_version")
    op.drop_index("ix_job__order", table_name="job")
    op.drop_index("ix_job__client", table_name="job")
    op.drop_table("job")
    op.drop_table("crew_member")
    op.drop_table("worker_territory")
    op.drop_table("shift")
    op.drop_table("crew")
    op.drop_index("ix_client_order__client", table_name="client_order")
    op.drop_table("client_order")
    op.drop_index("ix_absence__worker", table_name="absence", postgresql_using="gist")
    op.drop_table("absence")
    op.drop_index("ix_worker__position", table_name="worker", postgresql_using="gist")
    op.drop_index("ix_worker__home", table_name="worker", postgresql_using="gist")
    op.drop_table("worker")
    op.drop_index("ix_site__point", table_name="site", postgresql_using="gist")
    op.drop_index("ix_site__client", table_name="site")
    op.drop_table("site")
    op.drop_index("ix_reward__worker", table_name="reward")
    op.drop_table("reward")
    op.drop_index("ix_refresh_token__user", table_name="refresh_token")
    op.drop_index(
        "ix_refresh_token__last", table_name="refresh_token", postgresql_where=sa.text("used_at IS NULL")
    )
    op.drop_table("refresh_token")
    op.drop_index("ix_passport__tag_code", table_name="passport")
    op.drop_index("ix_passport__site", table_name="passport")
    op.drop_table("passport")
    op.drop_table("message_attempt")
    op.drop_index("ix_login_code__user", table_name="login_code")
    op.drop_table("login_code")
    op.drop_index("ix_device__user", table_name="device")
    op.drop_table("device")
    op.drop_table("delivery_report")
    op.drop_index(
        "uq_client_contact__value", table_name="client_contact", postgresql_where=sa.text("NOT is_shared")
    )
    op.drop_index("ix_client_contact__value", table_name="client_contact")
    op.drop_index("ix_client_contact__tail", table_name="client_contact")
    op.drop_index("ix_client_contact__client", table_name="client_contact")
    op.drop_table("client_contact")
    op.drop_table("work_item")
    op.drop_index("ix_user_account__phone", table_name="user_account")
    op.drop_index("ix_user_account__email", table_name="user_account")
    op.drop_table("user_account")
    op.drop_index("ix_territory__area", table_name="territory", postgresql_using="gist")
    op.drop_table("territory")
    op.drop_table("skill")
    op.drop_index(
        "ix_outbox_event__waiting", table_name="outbox_event", postgresql_where=sa.text("relayed_at IS NULL")
    )
    op.drop_table("outbox_event")
    op.drop_index("ix_message__subject", table_name="message")
    op.drop_index("ix_message__due", table_name="message", postgresql_where=sa.text("send_at IS NOT NULL"))
    op.drop_table("message")
    op.drop_table("job_type")
    op.drop_index("ix_inbox_item__open", table_name="inbox_item", postgresql_where=sa.text("done_at IS NULL"))
    op.drop_table("inbox_item")
    op.drop_index(op.f("ix_idempotency_key__created_at"), table_name="idempotency_key")
    op.drop_table("idempotency_key")
    op.drop_index(
        "ix_event_delivery__waiting",
        table_name="event_delivery",
        postgresql_where=sa.text("done_at IS NULL AND failed_at IS NULL"),
    )
    op.drop_table("event_delivery")
    op.drop_table("document_counter")
    op.drop_table("company")
    op.drop_index("ix_client__inn", table_name="client", postgresql_where=sa.text("inn <> ''"))
    op.drop_index(
        "ix_client__full_name",
        table_name="client",
        postgresql_using="gist",
        postgresql_ops={"full_name": "gist_trgm_ops"},
    )
    op.drop_table("client")
    op.drop_table("audit_event")
    op.drop_index(op.f("ix_attempt_counter__forget_at"), table_name="attempt_counter")
    op.drop_table("attempt_counter")
    op.drop_index(
        "uq_act__open", table_name="act", postgresql_where=sa.text("status IN ('presented','signed')")
    )
    op.drop_index("ix_act__visit", table_name="act")
    op.drop_index("ix_act__render", table_name="act", postgresql_where=sa.text("render_at IS NOT NULL"))
    op.drop_index("ix_act__order", table_name="act")
    op.drop_index("ix_act__check_code", table_name="act")
    op.drop_table("act")
    op.execute("DROP FUNCTION check_visit_move()")
