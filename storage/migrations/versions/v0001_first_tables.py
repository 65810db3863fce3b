"""The first tables, and the full-text index of either database.

Revision 0001, after nothing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)
Words = sa.Text()
Plain = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "bodies",
        sa.Column("id", Id, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("dictionary_id", Id, nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["dictionary_id"], ["bodies.id"], name=op.f("fk_bodies_dictionary_id_bodies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bodies")),
        sa.UniqueConstraint("digest", name=op.f("uq_bodies_digest")),
    )
    op.create_index(
        op.f("ix_bodies_alone"),
        "bodies",
        ["source", "kind", "id"],
        sqlite_where=sa.text("dictionary_id IS NULL"),
        postgresql_where=sa.text("dictionary_id IS NULL"),
    )

    op.create_table(
        "memory_articles",
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("article_key", Words, nullable=False),
        sa.Column("blocks", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("source", "article_key", name=op.f("pk_memory_articles")),
    )
    op.create_table(
        "memory_blocks",
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("block", sa.String(length=64), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("source", "block", name=op.f("pk_memory_blocks")),
    )
    op.create_index(op.f("ix_memory_blocks_source_articles"), "memory_blocks", ["source", "articles"])

    op.create_table(
        "publishers",
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("name_en", Words, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("country", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("home", Words, nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_publishers")),
    )
    op.create_table(
        "visits",
        sa.Column("id", Id, nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("listings", sa.Integer(), nullable=False),
        sa.Column("discovered", sa.Integer(), nullable=False),
        sa.Column("fetched", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("problems", Plain, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
    )
    op.create_index(op.f("ix_visits_source_id"), "visits", ["source", "id"])

    op.create_table(
        "source_states",
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("next_visit_at", Moment, nullable=True),
        sa.Column("last_visit_at", Moment, nullable=True),
        sa.Column("last_success_at", Moment, nullable=True),
        sa.Column("last_visit_id", Id, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("problem", Words, nullable=True),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_source_states")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("renewed_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )

    op.create_table(
        "stories",
        sa.Column("id", Id, nullable=False),
        sa.Column("uid", sa.String(length=64), nullable=False),
        sa.Column("first_seen_at", Moment, nullable=False),
        sa.Column("link_page_id", Id, nullable=False),
        sa.Column("entered_at", Moment, nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.Column("withdrawn_at", Moment, nullable=True),
        sa.Column("placed_at", Moment, nullable=False),
        sa.Column("verdict_id", Id, nullable=True),
        sa.Column("relevant", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stories")),
        sa.UniqueConstraint("uid", name=op.f("uq_stories_uid")),
    )
    op.create_index(op.f("ix_stories_link_page_id"), "stories", ["link_page_id"])
    op.create_index(op.f("ix_stories_placed_at_id"), "stories", ["placed_at", "id"])

    op.create_table(
        "captures",
        sa.Column("id", Id, nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("address", Words, nullable=False),
        sa.Column("key", Words, nullable=False),
        sa.Column("requested_url", Words, nullable=False),
        sa.Column("final_url", Words, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", Plain, nullable=False),
        sa.Column("body_digest", sa.String(length=64), nullable=True),
        sa.Column("fetched_at", Moment, nullable=False),
        sa.Column("hint", Plain, nullable=True),
        sa.Column("visit_id", Id, nullable=True),
        sa.Column("settled_at", Moment, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("change", Plain, nullable=True),
        sa.ForeignKeyConstraint(["body_digest"], ["bodies.digest"], name=op.f("fk_captures_body_digest_bodies")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_captures_visit_id_visits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captures")),
    )
    op.create_index(op.f("ix_captures_source_key"), "captures", ["source", "key", "id"])
    op.create_index(
        op.f("ix_captures_source_requested_url_fetched_at"), "captures", ["source", "requested_url", "fetched_at"]
    )
    op.create_index(
        op.f("ix_captures_unsettled"),
        "captures",
        ["id"],
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_index(
        op.f("ix_captures_told"),
        "captures",
        ["id"],
        sqlite_where=sa.text("outcome NOT IN ('unchanged', 'settled')"),
        postgresql_where=sa.text("outcome NOT IN ('unchanged', 'settled')"),
    )

    op.create_table(
        "labels",
        sa.Column("id", Id, nullable=False),
        sa.Column("story_id", Id, nullable=False),
        sa.Column("relevant", sa.Boolean(), nullable=False),
        sa.Column("why", Words, nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_labels_story_id_stories")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
    )
    op.create_index(op.f("ix_labels_story_id"), "labels", ["story_id"])

    op.create_table(
        "pages",
        sa.Column("id", Id, nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("key", Words, nullable=False),
        sa.Column("address", Words, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("first_seen_at", Moment, nullable=False),
        sa.Column("last_seen_at", Moment, nullable=False),
        sa.Column("missing_since", Moment, nullable=True),
        sa.Column("next_check_at", Moment, nullable=True),
        sa.Column("story_id", Id, nullable=True),
        sa.Column("latest_number", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_pages_story_id_stories")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pages")),
        sa.UniqueConstraint("source", "key", name=op.f("uq_pages_source_key")),
    )
    op.create_index(op.f("ix_pages_address"), "pages", ["address"])
    op.create_index(op.f("ix_pages_source_next_check_at"), "pages", ["source", "next_check_at"])
    op.create_index(op.f("ix_pages_story_id"), "pages", ["story_id"])

    op.create_table(
        "story_tags",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(length=100), nullable=False),
        sa.Column("story_id", Id, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_story_tags_story_id_stories")),
        sa.PrimaryKeyConstraint("kind", "value", "story_id", name=op.f("pk_story_tags")),
    )
    op.create_index(op.f("ix_story_tags_story_id"), "story_tags", ["story_id"])

    op.create_table(
        "verdicts",
        sa.Column("id", Id, nullable=False),
        sa.Column("story_id", Id, nullable=False),
        sa.Column("relevant", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("evidence", Plain, nullable=False),
        sa.Column("partners", Plain, nullable=False),
        sa.Column("themes", Plain, nullable=False),
        sa.Column("act", Words, nullable=True),
        sa.Column("gloss", Words, nullable=False),
        sa.Column("lexicon_version", sa.String(length=100), nullable=False),
        sa.Column("weights_version", sa.String(length=100), nullable=False),
        sa.Column("decided_by", Words, nullable=False),
        sa.Column("judged_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_verdicts_story_id_stories")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
    )
    op.create_index(op.f("ix_verdicts_story_id"), "verdicts", ["story_id"])

    op.create_table(
        "members",
        sa.Column("page_id", Id, autoincrement=False, nullable=False),
        sa.Column("story_id", Id, nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("taken_from", Id, nullable=True),
        sa.Column("why", Words, nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_members_page_id_pages")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_members_story_id_stories")),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pk_members")),
    )
    op.create_index(op.f("ix_members_story_id"), "members", ["story_id"])

    op.create_table(
        "page_keys",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("page_id", Id, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_page_keys_page_id_pages")),
        sa.PrimaryKeyConstraint("key", "page_id", name=op.f("pk_page_keys")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_page_keys_page_id"), "page_keys", ["page_id"])

    op.create_table(
        "revisions",
        sa.Column("id", Id, nullable=False),
        sa.Column("page_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", Plain, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("change", Plain, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.Column("capture_id", Id, nullable=False),
        sa.Column("title", Words, nullable=False),
        sa.ForeignKeyConstraint(["capture_id"], ["captures.id"], name=op.f("fk_revisions_capture_id_captures")),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_revisions_page_id_pages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint("page_id", "number", name=op.f("uq_revisions_page_id_number")),
    )
    op.create_table(
        "search_texts",
        sa.Column("page_id", Id, autoincrement=False, nullable=False),
        sa.Column("exact", Words, nullable=False),
        sa.Column("folded", Words, nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_search_texts_page_id_pages")),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pk_search_texts")),
    )
    if op.get_bind().dialect.name == "sqlite":
        full_text_sqlite()
    else:
        full_text_postgresql()


def full_text_sqlite() -> None:
    """FTS5 over the texts kept in search_texts; triggers keep it in step, so that no writer can forget to.

    The texts come folded: no tokenizer setting of FTS5 folds đ.
    """
    op.execute(
        "CREATE VIRTUAL TABLE search_index USING fts5(exact, folded, content='search_texts', "
        "content_rowid='page_id', tokenize='unicode61 remove_diacritics 0')"
    )
    put = "INSERT INTO search_index(rowid, exact, folded) VALUES (new.page_id, new.exact, new.folded);"
    take = (
        "INSERT INTO search_index(search_index, rowid, exact, folded) "
        "VALUES ('delete', old.page_id, old.exact, old.folded);"
    )
    op.execute(f"CREATE TRIGGER search_texts_added AFTER INSERT ON search_texts BEGIN {put} END")
    op.execute(f"CREATE TRIGGER search_texts_removed AFTER DELETE ON search_texts BEGIN {take} END")
    op.execute(f"CREATE TRIGGER search_texts_changed AFTER UPDATE ON search_texts BEGIN {take} {put} END")


def full_text_postgresql() -> None:
    for column in ("exact", "folded"):
        op.execute(
            f"ALTER TABLE search_texts ADD COLUMN {column}_vector tsvector "
            f"GENERATED ALWAYS AS (to_tsvector('simple', {column})) STORED"
        )
        op.execute(f"CREATE INDEX ix_search_texts_{column} ON search_texts USING gin ({column}_vector)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    op.drop_table("search_texts")
    op.drop_table("revisions")
    op.drop_table("page_keys")
    op.drop_table("members")
    op.drop_table("verdicts")
    op.drop_table("story_tags")
    op.drop_table("pages")
    op.drop_table("labels")
    op.drop_table("captures")
    op.drop_table("stories")
    op.drop_table("leases")
    op.drop_table("source_states")
    op.drop_table("visits")
    op.drop_table("publishers")
    op.drop_table("memory_blocks")
    op.drop_table("memory_articles")
    op.drop_table("bodies")
