"""The archive's tables, the same for SQLite and PostgreSQL.

A column has the name of the record's field it keeps; a column that no record has is the archive's own and says so.
The history in `storage/migrations` makes these tables; a test keeps both the same. Full-text indexes are made there
too, because each database has its own kind.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from storage.errors import ArchiveDamaged

SCHEMA = "0001"
"""The newest revision in `storage/migrations/versions`."""

LONGEST_LANGUAGE = 20
"""Characters of a page's language; longer is no language tag."""

LONGEST_TAG = 100
"""Characters of a partner, theme or act as stories are filtered by; a verdict keeps them whole."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(value: str) -> str:
    """The text with U+FFFD for what no database keeps: NUL and halves of surrogate pairs."""
    return _UNSTORABLE.sub("\ufffd", value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC and given back as UTC; a naive one is refused with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"a datetime without a time zone cannot be stored: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        read = super().result_processor(dialect, coltype)
        if read is None or dialect.name != "sqlite":
            return read

        def read_or_damaged(value: Any) -> Any:
            try:
                return read(value)
            except ValueError as error:
                raise ArchiveDamaged(
                    "a stored moment cannot be read; `healthwire doctor --deep` says where; "
                    "restore the archive from a backup"
                ) from error

        return read_or_damaged

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from the outside; what no database keeps becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class Plain(TypeDecorator[Any]):
    """JSON made of the standard library's plain types; text as in `Words`."""

    impl = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return _storable_json(value)


def _storable_json(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(key): _storable_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_storable_json(each) for each in value]
    return value


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers rows only in a column that is exactly INTEGER

bodies = Table(
    "bodies",
    metadata,
    Column("id", Id, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("source", String(100), nullable=False),  # of the first capture with it: its pages resemble each other
    Column("kind", String(20), nullable=False),
    Column("dictionary_id", Id, ForeignKey("bodies.id")),  # the body it is compressed against; that one stands alone
    Column("size", Integer, nullable=False),  # bytes before compression
    Column("content", LargeBinary, nullable=False),  # one zstd frame
)
Index(
    "ix_bodies_alone",
    bodies.c.source,
    bodies.c.kind,
    bodies.c.id,
    sqlite_where=bodies.c.dictionary_id.is_(None),
    postgresql_where=bodies.c.dictionary_id.is_(None),
)

visits = Table(
    "visits",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", String(100), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("state", String(20), nullable=False),
    Column("listings", Integer, nullable=False),
    Column("discovered", Integer, nullable=False),
    Column("fetched", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("kept", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("problems", Plain, nullable=False),
    Index("ix_visits_source_id", "source", "id"),
)

captures = Table(
    "captures",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", String(100), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("address", Words, nullable=False),
    Column("key", Words, nullable=False),
    Column("requested_url", Words, nullable=False),
    Column("final_url", Words, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Plain, nullable=False),
    Column("body_digest", String(64), ForeignKey("bodies.digest")),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("hint", Plain),
    Column("visit_id", Id, ForeignKey("visits.id")),
    # the archive's own: what it came to, None until somebody has looked at it
    Column("settled_at", UtcDateTime),
    Column("tries", Integer, nullable=False, server_default=text("0")),  # that failed
    Column("outcome", String(20)),
    Column("change", Plain),
    Index("ix_captures_source_requested_url_fetched_at", "source", "requested_url", "fetched_at"),
    Index("ix_captures_source_key", "source", "key", "id"),
)
Index(
    "ix_captures_unsettled",
    captures.c.id,
    sqlite_where=captures.c.settled_at.is_(None),
    postgresql_where=captures.c.settled_at.is_(None),
)

Index(
    "ix_captures_told",
    captures.c.id,
    sqlite_where=captures.c.outcome.not_in(("unchanged", "settled")),
    postgresql_where=captures.c.outcome.not_in(("unchanged", "settled")),
)

stories = Table(
    "stories",
    metadata,
    Column("id", Id, primary_key=True),
    Column("uid", String(64), nullable=False, unique=True),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("link_page_id", Id, nullable=False, index=True),  # no foreign key: pages refer to stories already
    Column("entered_at", UtcDateTime),
    Column("late", Boolean, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    # the archive's own: its place in lists, and the verdict in force
    Column("placed_at", UtcDateTime, nullable=False),  # entered_at, else first_seen_at
    Column("verdict_id", Id),
    Column("relevant", Boolean),
    Index("ix_stories_placed_at_id", "placed_at", "id"),
)

pages = Table(
    "pages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", String(100), nullable=False),
    Column("key", Words, nullable=False),
    Column("address", Words, nullable=False),
    Column("state", String(20), nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("missing_since", UtcDateTime),
    Column("next_check_at", UtcDateTime),
    Column("story_id", Id, ForeignKey("stories.id"), index=True),
    # the archive's own: of its newest revision
    Column("latest_number", Integer, nullable=False, server_default=text("0")),
    Column("language", String(LONGEST_LANGUAGE)),
    UniqueConstraint("source", "key"),
    Index("ix_pages_source_next_check_at", "source", "next_check_at"),
    Index("ix_pages_address", "address"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("page_id", Id, ForeignKey("pages.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("document", Plain, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("change", Plain, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("capture_id", Id, ForeignKey("captures.id"), nullable=False),
    Column("title", Words, nullable=False),  # the document's, for those who ask in SQL
    UniqueConstraint("page_id", "number"),
)

members = Table(
    "members",
    metadata,
    Column("page_id", Id, ForeignKey("pages.id"), primary_key=True, autoincrement=False),
    Column("story_id", Id, ForeignKey("stories.id"), nullable=False, index=True),
    Column("role", String(20), nullable=False),
    Column("taken_from", Id),
    Column("why", Words, nullable=False),
)

page_keys = Table(
    "page_keys",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("page_id", Id, ForeignKey("pages.id"), primary_key=True, autoincrement=False),
    Index("ix_page_keys_page_id", "page_id"),
    sqlite_with_rowid=False,
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("story_id", Id, ForeignKey("stories.id"), nullable=False, index=True),
    Column("relevant", Boolean, nullable=False),
    Column("score", Float, nullable=False),
    Column("evidence", Plain, nullable=False),
    Column("partners", Plain, nullable=False),
    Column("themes", Plain, nullable=False),
    Column("act", Words),
    Column("gloss", Words, nullable=False),
    Column("lexicon_version", String(100), nullable=False),
    Column("weights_version", String(100), nullable=False),
    Column("decided_by", Words, nullable=False),
    Column("judged_at", UtcDateTime, nullable=False),
)

# The archive's own: partners, themes and act of the verdict in force, one a row, to filter and to count by.
story_tags = Table(
    "story_tags",
    metadata,
    Column("kind", String(10), primary_key=True),
    Column("value", String(LONGEST_TAG), primary_key=True),
    Column("story_id", Id, ForeignKey("stories.id"), primary_key=True, autoincrement=False),
    Index("ix_story_tags_story_id", "story_id"),
)

labels = Table(
    "labels",
    metadata,
    Column("id", Id, primary_key=True),
    Column("story_id", Id, ForeignKey("stories.id"), nullable=False, index=True),
    Column("relevant", Boolean, nullable=False),
    Column("why", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

source_states = Table(
    "source_states",
    metadata,
    Column("slug", String(100), primary_key=True),
    Column("next_visit_at", UtcDateTime),
    Column("last_visit_at", UtcDateTime),
    Column("last_success_at", UtcDateTime),
    Column("last_visit_id", Id),
    Column("failures", Integer, nullable=False),
    Column("problem", Words),
)

# The archive's own, on PostgreSQL: who holds a name, for as long as it is renewed by the server's clock.
leases = Table(
    "leases",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("renewed_at", UtcDateTime, nullable=False),
)

publishers = Table(
    "publishers",
    metadata,
    Column("slug", String(100), primary_key=True),
    Column("name", Words, nullable=False),
    Column("name_en", Words, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("country", String(10), nullable=False),
    Column("language", String(20), nullable=False),
    Column("home", Words, nullable=False),
)

memory_articles = Table(
    "memory_articles",
    metadata,
    Column("source", String(100), primary_key=True),
    Column("article_key", Words, primary_key=True),
    Column("blocks", LargeBinary, nullable=False),  # short prints of the blocks already counted for it
    Column("seen_at", UtcDateTime, nullable=False),
)

memory_blocks = Table(
    "memory_blocks",
    metadata,
    Column("source", String(100), primary_key=True),
    Column("block", String(64), primary_key=True),
    Column("articles", Integer, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Index("ix_memory_blocks_source_articles", "source", "articles"),
)

search_texts = Table(
    "search_texts",
    metadata,
    Column("page_id", Id, ForeignKey("pages.id"), primary_key=True, autoincrement=False),
    Column("exact", Words, nullable=False),
    Column("folded", Words, nullable=False),
)
