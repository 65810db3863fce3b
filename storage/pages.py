"""The addresses we follow, and what they said, revision by revision."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, insert, or_, select, update

from storage.records import Page, PageState, Revision
from storage.row_mapping import from_row, in_batches, to_row
from storage.tables import LONGEST_LANGUAGE, pages, revisions, storable

LONGEST_WAIT = timedelta(days=32)
"""Longer than any page waits to be looked at again."""

PAGE_COLUMNS = [pages.c[name] for name in Page.__dataclass_fields__]
REVISION_COLUMNS = [revisions.c[name] for name in Revision.__dataclass_fields__]

# Statements that every capture needs are built once: building one costs more than the database takes to answer it.
_BY_ID = select(*PAGE_COLUMNS).where(pages.c.id == bindparam("id"))
_BY_KEY = select(*PAGE_COLUMNS).where(pages.c.source == bindparam("source"), pages.c.key == bindparam("key"))
_ADD = insert(pages).returning(pages.c.id)
_CHANGE = update(pages).where(pages.c.id == bindparam("page_id"))
_LATEST = (
    select(*REVISION_COLUMNS)
    .where(revisions.c.page_id == bindparam("page_id"))
    .order_by(revisions.c.number.desc())
    .limit(1)
)
_ADD_REVISION = insert(revisions).returning(revisions.c.id)


class Pages:
    """The pages of an archive. A page is one source's one key; its revisions are numbered from 1 and never change."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, id: int) -> Page | None:
        """The page of that id; None where there is none."""
        return self._one(_BY_ID, {"id": id})

    def find(self, source: str, key: str) -> Page | None:
        """The page a source has under a canonical key."""
        return self._one(_BY_KEY, {"source": source, "key": storable(key)})

    def known(self, source: str, keys: Collection[str]) -> set[str]:
        """Those of the keys under which the source has a page."""
        found: set[str] = set()
        for batch in in_batches(keys):
            wanted = select(pages.c.key).where(pages.c.source == source, pages.c.key.in_(batch))
            found.update(self._connection.execute(wanted).scalars())
        return found

    def save(self, page: Page) -> Page:
        """Keep a page, new or changed, and give it with its id.

        A page without id that the source has already is that page: it keeps when it was first seen, and its story
        where the given one has none.
        """
        standing = self.get(page.id) if page.id is not None else self.find(page.source, page.key)
        if standing is None:
            return self.add(page)
        if page.id is None:
            story_id = page.story_id if page.story_id is not None else standing.story_id
            page = replace(page, id=standing.id, first_seen_at=standing.first_seen_at, story_id=story_id)
        if page != standing:
            self.change(page)
        return page

    def add(self, page: Page) -> Page:
        """Keep a page that the source does not have yet (IntegrityError where it has), and give it with its id."""
        return replace(page, id=self._connection.execute(_ADD, to_row(pages, page)).scalar_one())

    def change(self, page: Page) -> None:
        """Keep what has changed of a page that has its id."""
        self._connection.execute(_CHANGE, {**to_row(pages, page), "page_id": page.id})

    def due(self, source: str, now: datetime, limit: int) -> list[Page]:
        """Pages of the source to look at again by now, longest overdue first.

        A moment further off than any page waits was set under a clock that was ahead, and is not trusted.
        """
        wanted = (
            select(*PAGE_COLUMNS)
            .where(pages.c.source == source)
            .where(or_(pages.c.next_check_at <= now, pages.c.next_check_at > now + LONGEST_WAIT))
            .order_by(pages.c.next_check_at, pages.c.id)
            .limit(limit)
        )
        return [from_row(Page, row) for row in self._connection.execute(wanted)]

    def postpone(self, page_id: int, next_check_at: datetime | None) -> None:
        """Set when to look at a page again; None: never on our own account."""
        self._connection.execute(update(pages).where(pages.c.id == page_id).values(next_check_at=next_check_at))

    def make_due(self, source: str, at: datetime) -> int:
        """Make every page of the source due at a moment, those that are gone excepted; gives how many."""
        made = (
            update(pages)
            .where(pages.c.source == source, pages.c.state != PageState.GONE.value)
            .values(next_check_at=at)
        )
        return self._connection.execute(made).rowcount

    def revisions(self, page_id: int) -> list[Revision]:
        """All revisions of a page, oldest first."""
        wanted = select(*REVISION_COLUMNS).where(revisions.c.page_id == page_id).order_by(revisions.c.number)
        return [from_row(Revision, row) for row in self._connection.execute(wanted)]

    def latest_revision(self, page_id: int) -> Revision | None:
        """What a page says now; None for one that has never said anything."""
        row = self._connection.execute(_LATEST, {"page_id": page_id}).first()
        return None if row is None else from_row(Revision, row)

    def add_revision(self, revision: Revision) -> Revision:
        """Append a revision and give it with its id; an earlier one is never overwritten.

        A revision that says in every part what the newest one says is that one. A number that is taken, or a page
        or capture that is not there, is a bug of ours and raises IntegrityError.
        """
        latest = self.latest_revision(revision.page_id)
        if latest is not None and latest.digest == revision.digest and latest.document == revision.document:
            return latest
        return self.append_revision(revision)

    def append_revision(self, revision: Revision) -> Revision:
        """Append a revision that is known to say something new, and give it with its id."""
        document = revision.document
        row = {**to_row(revisions, revision), "title": document.title}
        stored = replace(revision, id=self._connection.execute(_ADD_REVISION, row).scalar_one())
        language = document.language[:LONGEST_LANGUAGE] if document.language else None
        latest_said = {"latest_number": revision.number, "language": language}
        self._connection.execute(_CHANGE, {**latest_said, "page_id": revision.page_id})
        return stored

    def all(self, limit: int, after_id: int = 0, source: str | None = None) -> list[Page]:
        """Every page by id, beginning after one; with a source, its pages only."""
        wanted = select(*PAGE_COLUMNS).where(pages.c.id > after_id).order_by(pages.c.id).limit(limit)
        if source is not None:
            wanted = wanted.where(pages.c.source == source)
        return [from_row(Page, row) for row in self._connection.execute(wanted)]

    def _one(self, statement: Executable, values: Mapping[str, Any]) -> Page | None:
        row = self._connection.execute(statement, values).first()
        return None if row is None else from_row(Page, row)
