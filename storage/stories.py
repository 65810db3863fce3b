"""Events, the pages that tell them, and what was judged of them."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
    update,
)

from storage.json_values import from_plain
from storage.keys import canonical_url
from storage.records import Document, Label, Member, Story, StoryView, Verdict
from storage.row_mapping import from_row, in_batches, insert_if_new, insert_or_update, to_row
from storage.story_filter import StoryFilter
from storage.story_views import STORY_COLUMNS, VERDICT_COLUMNS, members_of, views_of
from storage.tables import LONGEST_TAG, labels, members, page_keys, pages, revisions, stories, story_tags, verdicts

PAGES_A_KEY = 50
"""A key that stands on more pages than this says little: only the newest of them are looked at."""

VIEWS_AT_ONCE = 200

_LABEL_COLUMNS = [labels.c[name] for name in Label.__dataclass_fields__]

# Statements that every capture needs are built once: building one costs more than the database takes to answer it.
_BY_ID = select(*STORY_COLUMNS).where(stories.c.id == bindparam("id"))
_BY_UID = select(*STORY_COLUMNS).where(stories.c.uid == bindparam("uid"))
_CHANGE = update(stories).where(stories.c.id == bindparam("story_id"))
_TELL = update(pages).where(pages.c.id == bindparam("id_of_page"))
_ADD_VERDICT = insert(verdicts).returning(verdicts.c.id)
_VERDICT = (
    select(*VERDICT_COLUMNS).where(verdicts.c.story_id == bindparam("story_id")).order_by(verdicts.c.id.desc()).limit(1)
)
_LABELS_OF = select(*_LABEL_COLUMNS).where(labels.c.story_id == bindparam("story_id")).order_by(labels.c.id)
_TAGS_OF = delete(story_tags).where(story_tags.c.story_id == bindparam("of_story"))
_KEYS_OF = select(page_keys.c.key).where(page_keys.c.page_id == bindparam("page_id"))

_SAID = (
    select(revisions.c.page_id, revisions.c.document)
    .join(pages, and_(pages.c.id == revisions.c.page_id, pages.c.latest_number == revisions.c.number))
    .where(revisions.c.page_id.in_(bindparam("page_ids", expanding=True)))
)
_IN_FORCE = (
    select(*VERDICT_COLUMNS)
    .join(stories, stories.c.verdict_id == verdicts.c.id)
    .where(stories.c.id.in_(bindparam("story_ids", expanding=True)))
)

_KEYS_AT_ONCE = 32
_SHARING = union_all(
    *(
        select(
            select(page_keys.c.page_id)
            .where(page_keys.c.key == bindparam(f"key_{number}", type_=page_keys.c.key.type))
            .order_by(page_keys.c.page_id.desc())
            .limit(literal_column(str(PAGES_A_KEY)))
            .subquery()
        )
        for number in range(_KEYS_AT_ONCE)
    )
)
"""The newest pages of each of so many keys; a key that is not needed is NULL and finds nothing."""


class Stories:
    """The stories of an archive. A page tells at most one story; ids and uids never change."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # ── the story and its pages ────────────────────────────────────────────────────────────────────────────

    def get(self, id: int) -> Story | None:
        """The story of that id, with its members; None where there is none."""
        return self._story(_BY_ID, {"id": id})

    def by_uid(self, uid: str) -> Story | None:
        """The story of that stable id, as readers know it; None where there is none."""
        return self._story(_BY_UID, {"uid": uid})

    def by_address(self, url: str) -> Story | None:
        """The story of the page with that address or key, however the address is written."""
        written = {url}
        with suppress(ValueError):
            written.add(canonical_url(url))
        page = select(pages.c.story_id).where(or_(pages.c.address.in_(written), pages.c.key.in_(written)))
        story_id = self._connection.execute(page.where(pages.c.story_id.is_not(None)).order_by(pages.c.id)).scalar()
        return None if story_id is None else self.get(story_id)

    def all(self, limit: int, after_id: int = 0) -> list[Story]:
        """Every story by id, beginning after one."""
        wanted = select(*STORY_COLUMNS).where(stories.c.id > after_id).order_by(stories.c.id).limit(limit)
        rows = self._connection.execute(wanted).all()
        joined = members_of(self._connection, [row.id for row in rows])
        return [from_row(Story, row, members=tuple(joined[row.id])) for row in rows]

    def create(self, story: Story) -> Story:
        """Keep a new story with its members and give it with its id.

        A story with a uid that is there already is that story, unchanged.
        """
        row = {**to_row(stories, story), "placed_at": story.entered_at or story.first_seen_at}
        story_id: int | None = insert_if_new(self._connection, stories, row, key=("uid",))
        if story_id is None:
            standing = self.by_uid(story.uid)
            assert standing is not None
            return standing
        for member in story.members:
            self.join(story_id, member)
        return replace(story, id=story_id)

    def save(self, story: Story) -> None:
        """Keep what has changed of a stored story; pages come into it by `join` alone."""
        if story.id is None:
            raise ValueError("a story without id: create it first")
        row = {**to_row(stories, story), "placed_at": story.entered_at or story.first_seen_at}
        row.pop("uid")
        self._connection.execute(_CHANGE, {**row, "story_id": story.id})

    def join(self, story_id: int, member: Member) -> None:
        """Put a page into a story, and out of the one it was in; the page knows its story from then on."""
        row = {**to_row(members, member), "story_id": story_id}
        insert_or_update(self._connection, members, row, key=("page_id",))
        self._connection.execute(_TELL, {"id_of_page": member.page_id, "story_id": story_id})

    # ── finding pages that may tell the same ───────────────────────────────────────────────────────────────

    def index(self, page_id: int, keys: Collection[str], *, first: bool = False) -> None:
        """Replace the keys under which a page is looked up; `first` where it is known to have none yet.

        A key is 16 hex digits, whatever they stand for to the caller; ValueError for another form.
        """
        wanted = {_number(key) for key in keys}
        standing = set() if first else set(self._connection.execute(_KEYS_OF, {"page_id": page_id}).scalars())
        for batch in in_batches(standing - wanted):
            gone = delete(page_keys).where(page_keys.c.page_id == page_id, page_keys.c.key.in_(batch))
            self._connection.execute(gone)
        rows = [{"key": key, "page_id": page_id} for key in sorted(wanted - standing)]
        insert_or_update(self._connection, page_keys, rows, key=("key", "page_id"), update=())

    def candidates(self, keys: Collection[str], since: datetime | None = None) -> list[tuple[int, int, int]]:
        """Pages that share keys: (page id, story id, how many keys are shared), most shared first.

        Only pages in a story, and with `since` only those first seen at or after it. Of a key that stands on very
        many pages the newest 50 count, so the work is bounded whatever the archive's size.
        """
        shared: Counter[int] = Counter()
        for batch in in_batches(sorted({_number(key) for key in keys}), _KEYS_AT_ONCE):
            wanted = {
                f"key_{number}": key for number, key in enumerate([*batch, *[None] * (_KEYS_AT_ONCE - len(batch))])
            }
            shared.update(self._connection.execute(_SHARING, wanted).scalars())
        told: dict[int, int] = {}
        for batch in in_batches(shared):
            in_story = select(pages.c.id, pages.c.story_id).where(pages.c.id.in_(batch), pages.c.story_id.is_not(None))
            if since is not None:
                in_story = in_story.where(pages.c.first_seen_at >= since)
            told.update((row.id, row.story_id) for row in self._connection.execute(in_story))
        rows = [(page_id, story_id, shared[page_id]) for page_id, story_id in told.items()]
        return sorted(rows, key=lambda row: (-row[2], row[0]))

    def sharing(self, keys: Collection[str], limit: int) -> list[tuple[int, int, Document, Verdict | None]]:
        """The pages that share most keys: page id, story id, what the page says now, and the story's verdict."""
        chosen = [(page_id, story_id) for page_id, story_id, _ in self.candidates(keys)[:limit]]
        if not chosen:
            return []
        rows = self._connection.execute(_SAID, {"page_ids": [page_id for page_id, _ in chosen]})
        said = {row.page_id: from_plain(Document, row.document) for row in rows}
        ids = sorted({story_id for _, story_id in chosen})
        judged = {
            row.story_id: from_row(Verdict, row) for row in self._connection.execute(_IN_FORCE, {"story_ids": ids})
        }
        return [(page, story, said[page], judged.get(story)) for page, story in chosen if page in said]

    # ── what was judged ────────────────────────────────────────────────────────────────────────────────────

    def add_verdict(self, verdict: Verdict, *, first: bool = False) -> Verdict:
        """Keep a verdict, the one in force from now on, and give it with its id; earlier ones stay.

        `first` where the story is known to have none yet.

        A story that has entered the feeds and is not relevant any more is still found under the partners, themes and
        act it stood under, so that the feeds it leaves can say so.
        Wants `story_id` and `judged_at`; ValueError without them.
        """
        if verdict.story_id is None or verdict.judged_at is None:
            raise ValueError("a verdict is kept with its story and the moment it was given")
        added: int = self._connection.execute(_ADD_VERDICT, to_row(verdicts, verdict)).scalar_one()
        verdict = replace(verdict, id=added)
        in_force = {"verdict_id": verdict.id, "relevant": verdict.relevant}
        self._connection.execute(_CHANGE, {**in_force, "story_id": verdict.story_id})
        if not first and not verdict.relevant and self._has_entered(verdict.story_id):
            return verdict
        tags = {("partner", value) for value in verdict.partners} | {("theme", value) for value in verdict.themes}
        if verdict.act:
            tags.add(("act", verdict.act))
        if not first:
            self._connection.execute(_TAGS_OF, {"of_story": verdict.story_id})
        rows = [
            {"kind": kind, "value": value[:LONGEST_TAG], "story_id": verdict.story_id} for kind, value in sorted(tags)
        ]
        insert_or_update(self._connection, story_tags, rows, key=("kind", "value", "story_id"), update=())
        return verdict

    def verdict(self, story_id: int) -> Verdict | None:
        """The verdict in force: the newest."""
        row = self._connection.execute(_VERDICT, {"story_id": story_id}).first()
        return None if row is None else from_row(Verdict, row)

    def label(self, label: Label) -> Label:
        """Keep a person's judgement of a story, and give it with its id."""
        added = insert(labels).values(to_row(labels, label)).returning(labels.c.id)
        return replace(label, id=self._connection.execute(added).scalar_one())

    def labels(self, story_id: int | None = None) -> list[Label]:
        """The labels of a story, or of all, oldest first: the last one of a story counts."""
        if story_id is not None:
            rows = self._connection.execute(_LABELS_OF, {"story_id": story_id})
        else:
            rows = self._connection.execute(select(*_LABEL_COLUMNS).order_by(labels.c.id))
        return [from_row(Label, row) for row in rows]

    # ── what readers and feeds get to see ──────────────────────────────────────────────────────────────────

    def view(self, story_id: int) -> StoryView | None:
        """A story with its verdict and its pages; None where it has no verdict or its page no text yet."""
        row = self._connection.execute(select(*STORY_COLUMNS).where(stories.c.id == story_id)).first()
        return None if row is None else next(iter(views_of(self._connection, [row])), None)

    def views(
        self,
        filter: StoryFilter,
        limit: int,
        before: StoryView | tuple[datetime, int] | None = None,
        known: dict[int, StoryView] | None = None,
    ) -> list[StoryView]:
        """The newest stories that meet the filter, by moment of entry (of first sight for those that never
        entered), then id.

        `before` is the last story of the page of results before this one, or its moment and id. `known` are views
        of this transaction by story, which are not read again; new ones are added.
        """
        rows = self._found(filter, limit, before)
        if known is None:
            return views_of(self._connection, rows)
        for view in views_of(self._connection, [row for row in rows if row.id not in known]):
            assert view.story.id is not None
            known[view.story.id] = view
        return [known[row.id] for row in rows if row.id in known]

    def every(self, filter: StoryFilter) -> Iterator[StoryView]:
        """All stories that meet the filter, in the order of `views`, read in batches."""
        before: tuple[datetime, int] | None = None
        while rows := self._found(filter, VIEWS_AT_ONCE, before):
            yield from views_of(self._connection, rows)
            before = (rows[-1].entered_at or rows[-1].first_seen_at, rows[-1].id)

    def count(self, filter: StoryFilter) -> int:
        """How many stories meet the filter."""
        counted = select(func.count()).select_from(stories).where(*story_conditions(filter))
        return self._connection.execute(counted).scalar_one()

    def partners(self) -> dict[str, int]:
        """Partner → number of stories in the feeds with it; the most frequent first."""
        return self._facet(
            select(story_tags.c.value, func.count())
            .join(stories, stories.c.id == story_tags.c.story_id)
            .where(story_tags.c.kind == "partner", *_IN_FEEDS)
            .group_by(story_tags.c.value)
        )

    def languages(self) -> dict[str, int]:
        """Language → number of stories in the feeds whose page has it; the most frequent first."""
        return self._facet(
            select(pages.c.language, func.count())
            .join(stories, stories.c.link_page_id == pages.c.id)
            .where(pages.c.language.is_not(None), *_IN_FEEDS)
            .group_by(pages.c.language)
        )

    def sources(self) -> dict[str, int]:
        """Source → number of stories in the feeds that it tells; the most frequent first."""
        return self._facet(
            select(pages.c.source, func.count(stories.c.id.distinct()))
            .join(members, members.c.page_id == pages.c.id)
            .join(stories, stories.c.id == members.c.story_id)
            .where(*_IN_FEEDS)
            .group_by(pages.c.source)
        )

    # ── within ─────────────────────────────────────────────────────────────────────────────────────────────

    def _story(self, statement: Executable, values: Mapping[str, Any]) -> Story | None:
        row = self._connection.execute(statement, values).first()
        return (
            None if row is None else from_row(Story, row, members=tuple(members_of(self._connection, [row.id])[row.id]))
        )

    def _has_entered(self, story_id: int | None) -> bool:
        wanted = select(stories.c.entered_at).where(stories.c.id == story_id)
        return self._connection.execute(wanted).scalar() is not None

    def _facet(self, statement: Select[Any]) -> dict[str, int]:
        counted: dict[str, int] = {row[0]: row[1] for row in self._connection.execute(statement)}
        return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))

    def _found(self, filter: StoryFilter, limit: int, before: StoryView | tuple[datetime, int] | None) -> Sequence[Any]:
        wanted = select(*STORY_COLUMNS).where(*story_conditions(filter))
        if isinstance(before, StoryView):
            assert before.story.id is not None
            before = (before.story.entered_at or before.story.first_seen_at, before.story.id)
        if before is not None:
            place = tuple_(literal(before[0], stories.c.placed_at.type), literal(before[1]))
            wanted = wanted.where(tuple_(stories.c.placed_at, stories.c.id) < place)
        wanted = wanted.order_by(stories.c.placed_at.desc(), stories.c.id.desc()).limit(limit)
        return self._connection.execute(wanted).all()


_IN_FEEDS = (stories.c.relevant.is_(True), stories.c.entered_at.is_not(None), stories.c.withdrawn_at.is_(None))


def story_conditions(filter: StoryFilter) -> list[ColumnElement[bool]]:
    """The conditions on `stories` that a filter sets."""
    found: list[ColumnElement[bool]] = []
    if filter.relevant is not None:
        found.append(stories.c.relevant.is_(filter.relevant))
    if filter.entered_only:
        found.append(stories.c.entered_at.is_not(None))
    if filter.withdrawn is not None:
        withdrawn = stories.c.withdrawn_at.is_not(None)
        found.append(withdrawn if filter.withdrawn else ~withdrawn)
    if filter.since is not None:
        found.append(stories.c.placed_at >= filter.since)
    if filter.until is not None:
        found.append(stories.c.placed_at < filter.until)
    wanted_tags = (
        ("partner", filter.partners),
        ("partner", filter.organisations),
        ("theme", filter.themes),
        ("act", filter.acts),
    )
    for kind, values in wanted_tags:
        if values:
            tag = and_(story_tags.c.kind == kind, story_tags.c.value.in_(values))
            found.append(exists().where(story_tags.c.story_id == stories.c.id, tag))
    if filter.languages:
        spoken = and_(pages.c.id == stories.c.link_page_id, pages.c.language.in_(filter.languages))
        found.append(exists().where(spoken))
    if filter.sources:
        told = and_(pages.c.story_id == stories.c.id, pages.c.source.in_(filter.sources))
        found.append(exists().where(told))
    return found


def _number(key: str) -> int:
    """A key of 16 hex digits as a signed number of 64 bits, half the room of its text."""
    if len(key) != 16:
        raise ValueError(f"a key of 16 hex digits is wanted, not {key!r}")
    number = int(key, 16)
    return number - (1 << 64) if number >= 1 << 63 else number
