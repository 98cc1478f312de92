"""The tables of a node, for both databases. How each grew is in ``migrations``.

Times are whole microseconds since 1970 in UTC (``*_us``). An object's ``place`` is its collection's number
times 2**40 plus its number there (``seq``), so that one collection lies together and a page is a range of the key.

Who may see a row is its ``gate``, so an index that begins with collection and gate leads past what may not be seen.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    false,
)

__all__ = [
    "PLACE_BITS",
    "address_label",
    "advisory",
    "advisory_comment",
    "advisory_head",
    "advisory_name",
    "advisory_removed",
    "advisory_version",
    "alias",
    "alias_key",
    "answer",
    "answer_mark",
    "assessment",
    "benchmark",
    "bill",
    "checkpoint",
    "claim_key",
    "collection",
    "epss",
    "feed",
    "feed_kind",
    "finding",
    "gate",
    "gate_label",
    "holding",
    "hub",
    "incident",
    "invitation",
    "label",
    "label_audience",
    "label_pack",
    "ledger_column",
    "ledger_transaction",
    "lifecycle",
    "listed",
    "listing",
    "log_leaf",
    "log_node",
    "log_state",
    "metadata",
    "object_",
    "organisation",
    "outgoing",
    "outgoing_version",
    "reference",
    "release",
    "release_key",
    "sanctions_list",
    "session",
    "setting",
    "signin",
    "site",
    "source",
    "statement",
    "statistic",
    "submission",
    "submitted",
    "tally",
    "token",
    "treatment",
]

PLACE_BITS: Final = 40
"""Bits of an object's number within its collection."""

# SQLite keeps its rowid as the key only where the type is INTEGER; PostgreSQL needs 64 bits said.
_Key = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

setting = Table(
    "setting", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False)
)

organisation = Table(
    "organisation",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False, unique=True),
    Column("sectors", Text, nullable=False),
    Column("relation", Text, nullable=False),
    Column("is_client", Boolean, nullable=False),
    Column("public_key", LargeBinary),
    Column("created_us", BigInteger, nullable=False),
    Column("joined_us", BigInteger),
    Column("revoked_us", BigInteger),
)

invitation = Table(
    "invitation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("secret_sha256", LargeBinary, nullable=False),
    Column("organisation", Integer, ForeignKey("organisation.number"), nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Column("used_us", BigInteger),
)

token = Table(
    "token",
    metadata,
    Column("id", Text, primary_key=True),
    Column("secret_sha256", LargeBinary, nullable=False),
    Column("organisation", Integer, ForeignKey("organisation.number"), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("collections", Text, nullable=False),
    Column("ceiling", SmallInteger, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Column("used_us", BigInteger),
    Column("revoked_us", BigInteger),
    # Whether it came from joining, and the token that it takes the place of from its first use on.
    Column("renewable", Boolean, nullable=False, server_default=false()),
    Column("renews", Text),
)

signin = Table(
    "signin",
    metadata,
    Column("secret_sha256", LargeBinary, primary_key=True),
    Column("person", Text, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Column("used_us", BigInteger),
)

session = Table(
    "session",
    metadata,
    Column("secret_sha256", LargeBinary, primary_key=True),
    Column("person", Text, nullable=False),
    Column("csrf", Text, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
)

collection = Table(
    "collection",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("alias", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("last_added_us", BigInteger, nullable=False),
)

label = Table(
    "label",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("tlp", SmallInteger, nullable=False),
    Column("pap", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("channel", Text, nullable=False),
    UniqueConstraint("tlp", "pap", "audience", "origin", "channel"),
)

label_audience = Table(
    "label_audience",
    metadata,
    Column("label", Integer, ForeignKey("label.number"), primary_key=True),
    Column("name", Text, primary_key=True),
)

# A formula of labels (see store.gate); "spelling" is its one spelling, gate_label the same as rows.
gate = Table(
    "gate",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("spelling", Text, nullable=False, unique=True),
    # Who passes this other gate does not pass.
    Column("unless", Integer, ForeignKey("gate.number")),
)

gate_label = Table(
    "gate_label",
    metadata,
    Column("gate", Integer, ForeignKey("gate.number"), primary_key=True),
    Column("clause", Integer, primary_key=True),
    Column("label", Integer, ForeignKey("label.number"), primary_key=True),
    sqlite_with_rowid=False,
)

object_ = Table(
    "object",
    metadata,
    Column("place", _Key, primary_key=True, autoincrement=False),
    Column("collection", Integer, ForeignKey("collection.number"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("id", Text, nullable=False),
    # The version as the object spells it, and one spelling of the same instant that sorts.
    Column("version", Text, nullable=False),
    Column("version_key", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("spec_version", Text, nullable=False),
    Column("added_us", BigInteger, nullable=False),
    Column("label", Integer, ForeignKey("label.number"), nullable=False),
    Column("gate", Integer, ForeignKey("gate.number"), nullable=False),
    # Whoever may see this row may see a later version here too, so that this one is nobody's last.
    Column("superseded", Boolean, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("leaf", BigInteger),
    Column("body", LargeBinary, nullable=False),
    # One of each scope, which the label holds, and for each of those to whom it opened at different times.
    UniqueConstraint("id", "collection", "version_key", "label", "gate"),
    Index(None, "collection", "added_us"),
    Index(None, "collection", "spec_version", "gate", "superseded", "seq"),
    Index(None, "collection", "type", "spec_version", "gate", "superseded", "seq"),
    Index(None, "collection", "version_key", "gate", "seq"),
)

# How many rows there are of each kind: what there is to be merged, and counts without counting.
tally = Table(
    "tally",
    metadata,
    Column("collection", Integer, ForeignKey("collection.number"), primary_key=True),
    Column("spec_version", Text, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("gate", Integer, ForeignKey("gate.number"), primary_key=True),
    Column("rows", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

reference = Table(
    "reference",
    metadata,
    Column("place", BigInteger, ForeignKey("object.place", ondelete="CASCADE"), primary_key=True),
    Column("target", Text, primary_key=True),
    Index(None, "target"),
    sqlite_with_rowid=False,
)

submission = Table(
    "submission",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organisation", Integer, ForeignKey("organisation.number"), nullable=False),
    Column("collection", Integer, ForeignKey("collection.number"), nullable=False),
    Column("asked_us", BigInteger, nullable=False),
    Column("body_sha256", LargeBinary, nullable=False),
    Column("anonymous", Boolean, nullable=False),
    Column("signed", Boolean, nullable=False),
    Column("leaf", BigInteger),
    Column("outcome", LargeBinary, nullable=False),
    Index(None, "organisation", "asked_us"),
    Index(None, "body_sha256", "organisation", "collection"),
)

submitted = Table(
    "submitted",
    metadata,
    Column("place", BigInteger, ForeignKey("object.place", ondelete="CASCADE"), primary_key=True),
    Column("submission", Text, ForeignKey("submission.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("changed_us", BigInteger, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("vetted_us", BigInteger),
    Index(None, "state"),
    Index(None, "submission"),
    sqlite_with_rowid=False,
)

log_state = Table(
    "log_state",
    metadata,
    Column("one", Integer, primary_key=True),
    Column("size", BigInteger, nullable=False),
)

log_leaf = Table(
    "log_leaf",
    metadata,
    Column("number", _Key, primary_key=True, autoincrement=False),
    Column("commitment", LargeBinary, nullable=False),
    Column("salt", LargeBinary),
    Column("entry", LargeBinary),
    # Who did it for the organisation that the entry names, after 32 secret bytes: shown to this node's people alone.
    Column("person", LargeBinary),
)

log_node = Table(
    "log_node",
    metadata,
    Column("level", SmallInteger, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("size", BigInteger, primary_key=True),
    Column("note", LargeBinary, nullable=False),
    Column("at_us", BigInteger, nullable=False),
)

hub = Table(
    "hub",
    metadata,
    Column("name", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("organisation", Integer, ForeignKey("organisation.number"), nullable=False),
    Column("collection", Integer, ForeignKey("collection.number"), nullable=False),
    Column("token", LargeBinary, nullable=False),
    Column("log_key", Text, nullable=False),
    Column("cursor", Text, nullable=False),
    Column("synced_us", BigInteger),
    # The token that the hub was asked for, encrypted: kept before the asking, so that a lost answer loses nothing.
    Column("token_next", LargeBinary),
    Column("token_expires_us", BigInteger),
    # Since when the hub does not know the token.
    Column("shut_out_us", BigInteger),
)

source = Table(
    "source",
    metadata,
    Column("name", Text, primary_key=True),
    Column("location", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("organisation", Integer, ForeignKey("organisation.number"), nullable=False),
    Column("collection", Integer, ForeignKey("collection.number"), nullable=False),
    Column("cursor", Text, nullable=False),
    Column("synced_us", BigInteger),
    # What the source asks for before it lets in, encrypted.
    Column("credentials", LargeBinary),
)

# What each part of a source lists (the event of a MISP feed), so that what a part leaves out is known when it is read.
listed = Table(
    "listed",
    metadata,
    Column("collection", Integer, ForeignKey("collection.number"), primary_key=True),
    Column("part", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("version_key", Text, nullable=False),
    sqlite_with_rowid=False,
)

outgoing = Table(
    "outgoing",
    metadata,
    Column("number", _Key, primary_key=True, autoincrement=True),
    Column("hub", Text, ForeignKey("hub.name"), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("anonymous", Boolean, nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("sent_us", BigInteger),
    Column("status", LargeBinary),
    Column("receipt", LargeBinary),
    # What the hub says became of each object (JSON), when it was asked last, since when all is decided, and from when
    # on it is asked again what came of what it released.
    Column("answers", LargeBinary),
    Column("asked_us", BigInteger),
    Column("settled_us", BigInteger),
    Column("again_us", BigInteger),
)

# The versions that were in each body, so that the last one of an object is found without reading them.
outgoing_version = Table(
    "outgoing_version",
    metadata,
    Column("id", Text, primary_key=True),
    Column("outgoing", _Key, ForeignKey("outgoing.number"), primary_key=True, autoincrement=False),
    Column("created", Text, nullable=False),
    Column("modified", Text, nullable=False),
    sqlite_with_rowid=False,
)

finding = Table(
    "finding",
    metadata,
    Column("id", Text, primary_key=True),
    Column("warning", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("found_us", BigInteger, nullable=False),
    Column("last_seen", Text, nullable=False),
    Column("shared_us", BigInteger),
    Column("body", LargeBinary, nullable=False),
    Index(None, "warning"),
)

# Each answer that was given to a question of a sector's statistics: later ones are held against it.
statistic = Table(
    "statistic",
    metadata,
    Column("number", _Key, primary_key=True, autoincrement=True),
    Column("question", Text, nullable=False),
    Column("sector", Text, nullable=False),
    Column("responders", Text, nullable=False),
    Column("yes", Integer, nullable=False),
    Column("given_us", BigInteger, nullable=False),
    Index(None, "question"),
)

# -- the inventory ----------------------------------------------------------------------------

site = Table(
    "site",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    # Whether what is here can be reached from the internet.
    Column("exposed", Boolean, nullable=False),
    Column("owner", Text, nullable=False),
)

# One document that says what is at a site. Read again, it takes the place of what it said before, which is kept.
bill = Table(
    "bill",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("site", Integer, ForeignKey("site.number"), nullable=False),
    Column("name", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("made", Text, nullable=False),
    Column("added_us", BigInteger, nullable=False),
    Column("replaced_us", BigInteger),
    Column("components", Integer, nullable=False),
    # How many different releases its components are.
    Column("releases", Integer, nullable=False),
    Column("subject", Integer, ForeignKey("release.number")),
    # What could not be read, and doubts about the whole (JSON).
    Column("unread", LargeBinary, nullable=False),
    Index(None, "site", "name"),
)

# A component without its place: the same thing in the same version, wherever it is.
release = Table(
    "release",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# What a bill lists (JSON): releases, how often each, where first. Whole, since it is asked for whole and never changed.
listing = Table(
    "listing",
    metadata,
    Column("bill", Integer, ForeignKey("bill.number"), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

# Where a release is now; of a bill that was replaced nothing is here. It has as many rows as all else together, so it
# is one tree without text, and its numbers are looked up nowhere: they are written in the transaction that made them.
holding = Table(
    "holding",
    metadata,
    Column("release", Integer, primary_key=True),
    Column("bill", Integer, primary_key=True),
    sqlite_with_rowid=False,
)

# A name of a release (inventory.name_key) and where its version lies in the order of its scheme, if that has keys.
release_key = Table(
    "release_key",
    metadata,
    Column("key", Text, primary_key=True),
    Column("release", Integer, ForeignKey("release.number"), primary_key=True),
    Column("scheme", Text, nullable=False),
    Column("position", LargeBinary),
    Index(None, "release"),
    sqlite_with_rowid=False,
)

feed = Table(
    "feed",
    metadata,
    Column("name", Text, primary_key=True),
    Column("location", Text, nullable=False),
    # The day that the data itself says it is of, and when it was last read.
    Column("dated", Text, nullable=False),
    Column("read_us", BigInteger, nullable=False),
    Column("advisories", Integer, nullable=False),
    Column("unread", Integer, nullable=False),
    # Where to go on, and what tells whether it changed since (JSON).
    Column("cursor", Text, nullable=False),
)

# Until when a product is maintained, as a feed says.
lifecycle = Table(
    "lifecycle",
    metadata,
    Column("feed", Text, ForeignKey("feed.name"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# How likely vulnerabilities are to be exploited: those of a year together (inventory.epss).
epss = Table(
    "epss",
    metadata,
    Column("feed", Text, ForeignKey("feed.name"), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# The kinds of products of which a feed tells all there is (inventory.covered).
feed_kind = Table(
    "feed_kind",
    metadata,
    Column("feed", Text, ForeignKey("feed.name"), primary_key=True),
    Column("kind", Text, primary_key=True),
    sqlite_with_rowid=False,
)

advisory = Table(
    "advisory",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("feed", Text, ForeignKey("feed.name"), nullable=False),
    Column("id", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("read_us", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("feed", "form", "id"),
)

# What advisories are sought, filtered and sorted by, apart from their bodies: a list of all reads a tenth as much. The
# id and the form are those of the advisory, so that no body is read for them either.
advisory_head = Table(
    "advisory_head",
    metadata,
    Column("advisory", Integer, ForeignKey("advisory.number"), primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("publisher_category", Text, nullable=False),
    Column("namespace", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("form_version", Text, nullable=False),
    Column("tlp", Text, nullable=False),
    Column("published", Text, nullable=False),
    Column("modified", Text, nullable=False),
    # How severe its publisher calls it, and the highest base score of its vulnerabilities.
    Column("severity", Text, nullable=False),
    Column("score", Float),
    Column("vulnerabilities", Text, nullable=False),
    # What its publisher says of each revision.
    Column("history", Text, nullable=False),
    # Its names and those of its products, for words to be found in: case aside, and bounded.
    Column("words", Text, nullable=False),
    Column("products", Text, nullable=False),
    # When this version was kept, and when and by whom it was marked as read.
    Column("kept_us", BigInteger, nullable=False),
    Column("seen_us", BigInteger),
    Column("seen_by", Text, nullable=False),
)

# What an advisory said before (the body is deflated), so that there is something to hold the present one against.
advisory_version = Table(
    "advisory_version",
    metadata,
    Column("number", _Key, primary_key=True, autoincrement=False),
    Column("feed", Text, ForeignKey("feed.name"), nullable=False),
    Column("form", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("modified", Text, nullable=False),
    Column("kept_us", BigInteger, nullable=False),
    Column("replaced_us", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "feed", "form", "id"),
)

# What people here note about a document, whichever feed it comes with and however often it is revised.
advisory_comment = Table(
    "advisory_comment",
    metadata,
    Column("number", _Key, primary_key=True, autoincrement=False),
    Column("form", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index(None, "form", "id"),
)

# What somebody here removed: a feed that still lists this state of it does not bring it back.
advisory_removed = Table(
    "advisory_removed",
    metadata,
    Column("feed", Text, ForeignKey("feed.name"), primary_key=True),
    Column("form", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("revision", Text, nullable=False),
    Column("modified", Text, nullable=False),
    Column("removed_us", BigInteger, nullable=False),
    Column("removed_by", Text, nullable=False),
    sqlite_with_rowid=False,
)

# The vulnerabilities that an advisory speaks of, and its own names.
advisory_name = Table(
    "advisory_name",
    metadata,
    Column("name", Text, primary_key=True),
    Column("advisory", Integer, ForeignKey("advisory.number"), primary_key=True),
    Index(None, "advisory"),
    sqlite_with_rowid=False,
)

# A name of what an advisory speaks of and a range of versions, from "low" up to before "high" in the order of the
# scheme; without a scheme the versions have no keys, and whoever has the name has to be asked.
claim_key = Table(
    "claim_key",
    metadata,
    Column("key", Text, primary_key=True),
    Column("advisory", Integer, ForeignKey("advisory.number"), primary_key=True),
    Column("span", Integer, primary_key=True),
    Column("scheme", Text, nullable=False),
    Column("low", LargeBinary),
    Column("high", LargeBinary),
    # Whether a version in the range settles it, if no other advisory speaks of the vulnerability.
    Index(None, "advisory"),
    sqlite_with_rowid=False,
)

# What is being done about a vulnerability of a release at a site.
treatment = Table(
    "treatment",
    metadata,
    Column("vulnerability", Text, primary_key=True),
    Column("release", Integer, ForeignKey("release.number"), primary_key=True),
    Column("site", Integer, ForeignKey("site.number"), primary_key=True),
    Column("state", Text, nullable=False),
    Column("until", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("approved", Boolean, nullable=False),
    Column("why", Text, nullable=False),
    Column("changed_us", BigInteger, nullable=False),
    Column("changed_by", Text, nullable=False),
    sqlite_with_rowid=False,
)

# What a person said of a name: once for each pair of names, which are spelled alike in any case.
alias = Table(
    "alias",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("held", Text, nullable=False),
    Column("named", Text, nullable=False),
    Column("noted_us", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("held", "named"),
)

# By which further keys releases are found: those that go by ``held`` as if they went by ``named`` too. So a word is a
# few rows however many releases it is about, and holds for those that come later.
alias_key = Table(
    "alias_key",
    metadata,
    Column("named", Text, primary_key=True),
    Column("held", Text, primary_key=True),
    Column("alias", Integer, ForeignKey("alias.number"), primary_key=True),
    Index(None, "alias"),
    Index(None, "held"),
    sqlite_with_rowid=False,
)

# Answers about the inventory as columns, and where its releases are (inventory.answers). ``made_by`` is a digest of the
# program that judged, ``upto`` the last mark that they take account of. They are never more than a copy: without them
# all is judged anew.
answer = Table(
    "answer",
    metadata,
    Column("part", Text, primary_key=True),
    Column("made_by", LargeBinary, nullable=False),
    Column("upto", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# A name that some row of claim_key (kind 0) or advisory_name (kind 1) came or went with, since answers are kept.
# Triggers write it, so that it holds whoever writes; each mark has a higher number than all that ever were.
answer_mark = Table(
    "answer_mark",
    metadata,
    Column("number", _Key, primary_key=True),
    Column("kind", SmallInteger, nullable=False),
    Column("name", Text, nullable=False),
    UniqueConstraint("kind", "name"),
    sqlite_autoincrement=True,
)

# Incidents of this node, every version that was noted: which was the newest, ``changed_us`` says.
incident = Table(
    "incident",
    metadata,
    Column("id", Text, primary_key=True),
    Column("changed_us", BigInteger, primary_key=True),
    Column("changed_by", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# What was said of measures, every version that was noted: which was the newest, ``changed_us`` says.
assessment = Table(
    "assessment",
    metadata,
    Column("measure", Text, primary_key=True),
    Column("changed_us", BigInteger, primary_key=True),
    Column("changed_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("day", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Each release of a sector's benchmark, and over whose answers (numbers of organisations): later ones are held against
# it.
benchmark = Table(
    "benchmark",
    metadata,
    Column("measure", Text, primary_key=True),
    Column("sector", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("having", Text, nullable=False),
    Column("lacking", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Transactions of Bitcoin that were loaded, as columns: each in parts that a database can hold, as `tocsin.store.ledger`
# packs them.
ledger_column = Table(
    "ledger_column",
    metadata,
    Column("name", Text, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)

# Transactions as versions before kept them, one a row; the next load brings them to the columns.
ledger_transaction = Table(
    "ledger_transaction",
    metadata,
    Column("txid", LargeBinary, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# What the gate answered about a product, where somebody asked to keep it: the answer as JSON (deflated), and the
# attestation that this node signed, none where it was judged as of another moment. The rest is what a list shows.
gate_result = Table(
    "gate_result",
    metadata,
    Column("number", _Key, primary_key=True, autoincrement=False),
    Column("product", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("data_age_s", BigInteger),
    Column("made_us", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("attestation", LargeBinary),
)

# A pack of labels of addresses, as it was last read from its place; `said` are the distinct things that its labels say
# (JSON, zstd), apart from the address, for a pack says few things of many addresses.
label_pack = Table(
    "label_pack",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("feed", Text, ForeignKey("feed.name"), nullable=False),
    Column("name", Text, nullable=False, unique=True),
    Column("location", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("creator", Text, nullable=False),
    Column("read_us", BigInteger, nullable=False),
    Column("tags", Integer, nullable=False),
    Column("labels", Integer, nullable=False),
    Column("said", LargeBinary, nullable=False),
)

# A label: by what its address is found, the pack and its place in it, what the pack says (a place in its `said`),
# whether that is a service, and the address as it is written ("": as it is found).
address_label = Table(
    "address_label",
    metadata,
    Column("key", Text, primary_key=True),
    Column("pack", Integer, ForeignKey("label_pack.number"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("said", Integer, nullable=False),
    Column("is_service", Boolean, nullable=False),
    Column("address", Text, nullable=False),
    Index(None, "pack"),
    sqlite_with_rowid=False,
)

# Each version of a list of sanctioned parties, never changed: those that an address is listed for, and apart from them
# the others, both as JSON (zstd), so that a screening reads the few that it needs.
sanctions_list = Table(
    "sanctions_list",
    metadata,
    Column("list", Text, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("issued", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("overflow_sha256", Text, nullable=False),
    Column("kept_us", BigInteger, nullable=False),
    Column("parties", Integer, nullable=False),
    Column("addresses", Integer, nullable=False),
    Column("addressed", LargeBinary, nullable=False),
    Column("others", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# What persons said of who is behind an address, a cluster or an incident: the statement as JSON, by the id that is made
# from it. One that was withdrawn stays, and says so.
statement = Table(
    "statement",
    metadata,
    Column("id", Text, primary_key=True),
    Column("noted_us", BigInteger, nullable=False),
    Column("noted_by", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("withdrawn_us", BigInteger),
    Column("withdrawn_by", Text, nullable=False),
    Column("withdrawn_why", Text, nullable=False),
    sqlite_with_rowid=False,
)
