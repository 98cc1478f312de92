"""The schema of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "checkpoint",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("origin", "size", name="pk_checkpoint"),
    )
    op.create_table(
        "collection",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_added_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_collection"),
        sa.UniqueConstraint("alias", name="uq_collection_alias"),
        sa.UniqueConstraint("id", name="uq_collection_id"),
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("warning", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("found_us", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.Text(), nullable=False),
        sa.Column("shared_us", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_finding"),
    )
    op.create_index(("ix_finding_warning"), "finding", ["warning"], unique=False)
    op.create_table(
        "gate",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("spelling", sa.Text(), nullable=False),
        sa.Column("unless", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["unless"], ["gate.number"], name="fk_gate_unless"),
        sa.PrimaryKeyConstraint("number", name="pk_gate"),
        sa.UniqueConstraint("spelling", name="uq_gate_spelling"),
    )
    op.create_table(
        "label",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("tlp", sa.SmallInteger(), nullable=False),
        sa.Column("pap", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_label"),
        sa.UniqueConstraint(
            "tlp", "pap", "audience", "origin", "channel", name="uq_label_tlp_pap_audience_origin_channel"
        ),
    )
    op.create_table(
        "log_leaf",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("entry", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_log_leaf"),
    )
    op.create_table(
        "log_node",
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name="pk_log_node"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_state",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("one", name="pk_log_state"),
    )
    op.create_table(
        "organisation",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sectors", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("is_client", sa.Boolean(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("joined_us", sa.BigInteger(), nullable=True),
        sa.Column("revoked_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_organisation"),
        sa.UniqueConstraint("id", name="uq_organisation_id"),
        sa.UniqueConstraint("name", name="uq_organisation_name"),
    )
    op.create_table(
        "session",
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("secret_sha256", name="pk_session"),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_setting"),
    )
    op.create_table(
        "signin",
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.Column("used_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("secret_sha256", name="pk_signin"),
    )
    op.create_table(
        "gate_label",
        sa.Column("gate", sa.Integer(), nullable=False),
        sa.Column("clause", sa.Integer(), nullable=False),
        sa.Column("label", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["gate"], ["gate.number"], name="fk_gate_label_gate"),
        sa.ForeignKeyConstraint(["label"], ["label.number"], name="fk_gate_label_label"),
        sa.PrimaryKeyConstraint("gate", "clause", "label", name="pk_gate_label"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "hub",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("collection", sa.Integer(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("log_key", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("synced_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["collection"], ["collection.number"], name="fk_hub_collection"),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.number"], name="fk_hub_organisation"),
        sa.PrimaryKeyConstraint("name", name="pk_hub"),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.Column("used_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.number"], name="fk_invitation_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
    )
    op.create_table(
        "label_audience",
        sa.Column("label", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["label"], ["label.number"], name="fk_label_audience_label"),
        sa.PrimaryKeyConstraint("label", "name", name="pk_label_audience"),
    )
    op.create_table(
        "object",
        sa.Column(
            "place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("collection", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("version_key", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("spec_version", sa.Text(), nullable=False),
        sa.Column("added_us", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Integer(), nullable=False),
        sa.Column("gate", sa.Integer(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["collection"], ["collection.number"], name="fk_object_collection"),
        sa.ForeignKeyConstraint(["gate"], ["gate.number"], name="fk_object_gate"),
        sa.ForeignKeyConstraint(["label"], ["label.number"], name="fk_object_label"),
        sa.PrimaryKeyConstraint("place", name="pk_object"),
        sa.UniqueConstraint(
            "id",
            "collection",
            "version_key",
            "label",
            "gate",
            name="uq_object_id_collection_version_key_label_gate",
        ),
    )
    op.create_index(("ix_object_collection_added_us"), "object", ["collection", "added_us"], unique=False)
    op.create_index(
        ("ix_object_collection_spec_version_gate_superseded_seq"),
        "object",
        ["collection", "spec_version", "gate", "superseded", "seq"],
        unique=False,
    )
    op.create_index(
        ("ix_object_collection_type_spec_version_gate_superseded_seq"),
        "object",
        ["collection", "type", "spec_version", "gate", "superseded", "seq"],
        unique=False,
    )
    op.create_index(
        ("ix_object_collection_version_key_gate_seq"),
        "object",
        ["collection", "version_key", "gate", "seq"],
        unique=False,
    )
    op.create_table(
        "source",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("collection", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("synced_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["collection"], ["collection.number"], name="fk_source_collection"),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.number"], name="fk_source_organisation"),
        sa.PrimaryKeyConstraint("name", name="pk_source"),
    )
    op.create_table(
        "submission",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("collection", sa.Integer(), nullable=False),
        sa.Column("asked_us", sa.BigInteger(), nullable=False),
        sa.Column("body_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("signed", sa.Boolean(), nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["collection"], ["collection.number"], name="fk_submission_collection"),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.number"], name="fk_submission_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_submission"),
    )
    op.create_index(
        ("ix_submission_body_sha256_organisation_collection"),
        "submission",
        ["body_sha256", "organisation", "collection"],
        unique=False,
    )
    op.create_index(
        ("ix_submission_organisation_asked_us"), "submission", ["organisation", "asked_us"], unique=False
    )
    op.create_table(
        "tally",
        sa.Column("collection", sa.Integer(), nullable=False),
        sa.Column("spec_version", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("gate", sa.Integer(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["collection"], ["collection.number"], name="fk_tally_collection"),
        sa.ForeignKeyConstraint(["gate"], ["gate.number"], name="fk_tally_gate"),
        sa.PrimaryKeyConstraint("collection", "spec_version", "type", "gate", name="pk_tally"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "token",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("collections", sa.Text(), nullable=False),
        sa.Column("ceiling", sa.SmallInteger(), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.Column("used_us", sa.BigInteger(), nullable=True),
        sa.Column("revoked_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.number"], name="fk_token_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_token"),
    )
    op.create_table(
        "outgoing",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
        sa.Column("sent_us", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.LargeBinary(), nullable=True),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["hub"], ["hub.name"], name="fk_outgoing_hub"),
        sa.PrimaryKeyConstraint("number", name="pk_outgoing"),
    )
    op.create_table(
        "reference",
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["place"], ["object.place"], name="fk_reference_place", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("place", "target", name="pk_reference"),
        sqlite_with_rowid=False,
    )
    op.create_index(("ix_reference_target"), "reference", ["target"], unique=False)
    op.create_table(
        "submitted",
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("submission", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("changed_us", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["place"], ["object.place"], name="fk_submitted_place", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"], name="fk_submitted_submission"),
        sa.PrimaryKeyConstraint("place", name="pk_submitted"),
        sqlite_with_rowid=False,
    )
    op.create_index(("ix_submitted_state"), "submitted", ["state"], unique=False)
