"""Stories with all that readers and feeds get to see of them, read in one go."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, or_, select

from storage.pages import PAGE_COLUMNS, REVISION_COLUMNS
from storage.records import Member, Page, Publisher, Revision, Story, StoryView, Telling, Verdict
from storage.row_mapping import from_row, in_batches
from storage.tables import members, pages, publishers, revisions, stories, verdicts

STORY_COLUMNS = [stories.c[name] for name in Story.__dataclass_fields__ if name != "members"]
VERDICT_COLUMNS = [verdicts.c[name] for name in Verdict.__dataclass_fields__]
_MEMBER_COLUMNS = [members.c[name] for name in Member.__dataclass_fields__]


def members_of(connection: Connection, story_ids: Sequence[int]) -> dict[int, list[Member]]:
    """The members of each story, by page."""
    found: dict[int, list[Member]] = {story_id: [] for story_id in story_ids}
    for batch in in_batches(story_ids):
        wanted = select(members.c.story_id, *_MEMBER_COLUMNS).where(members.c.story_id.in_(batch))
        for row in connection.execute(wanted.order_by(members.c.page_id)):
            found[row.story_id].append(from_row(Member, row))
    return found


def views_of(connection: Connection, rows: Sequence[Any]) -> list[StoryView]:
    """The views of rows of `stories`, in their order, by one query a table whatever their number.

    A story that has no verdict yet, or whose page has said nothing yet, is left out.
    """
    ids = [row.id for row in rows]
    joined = members_of(connection, ids)
    judged: dict[int, Verdict] = {}
    for batch in in_batches(ids):
        wanted = (
            select(*VERDICT_COLUMNS).join(stories, stories.c.verdict_id == verdicts.c.id).where(stories.c.id.in_(batch))
        )
        judged.update((row.story_id, from_row(Verdict, row)) for row in connection.execute(wanted))
    tellings = _tellings(connection, [member for each in joined.values() for member in each])
    views = []
    for row in rows:
        story = from_row(Story, row, members=tuple(joined[row.id]))
        told = [tellings[member.page_id] for member in story.members if member.page_id in tellings]
        link = next((telling for telling in told if telling.page.id == story.link_page_id), None)
        if row.id in judged and link is not None:
            others = tuple(telling for telling in told if telling is not link)
            views.append(StoryView(story=story, verdict=judged[row.id], link=link, others=others))
    return views


def _tellings(connection: Connection, joined: Sequence[Member]) -> dict[int, Telling]:
    kept: dict[int, Page] = {}
    said: dict[int, list[Revision]] = {}
    for batch in in_batches([member.page_id for member in joined]):
        for row in connection.execute(select(*PAGE_COLUMNS).where(pages.c.id.in_(batch))):
            kept[row.id] = from_row(Page, row)
        wanted = (
            select(*REVISION_COLUMNS)
            .join(pages, pages.c.id == revisions.c.page_id)
            .where(pages.c.id.in_(batch))
            .where(or_(revisions.c.number == 1, revisions.c.number == pages.c.latest_number))
            .order_by(revisions.c.number)
        )
        for row in connection.execute(wanted):
            said.setdefault(row.page_id, []).append(from_row(Revision, row))
    known = _publishers(connection, {page.source for page in kept.values()})
    return {
        member.page_id: Telling(
            page=page,
            member=member,
            publisher=known.get(page.source) or _unknown_publisher(page),
            first=said[member.page_id][0],
            latest=said[member.page_id][-1],
        )
        for member in joined
        if (page := kept.get(member.page_id)) is not None and member.page_id in said
    }


def _publishers(connection: Connection, slugs: Collection[str]) -> Mapping[str, Publisher]:
    if not slugs:
        return {}
    rows = connection.execute(select(publishers).where(publishers.c.slug.in_(slugs)))
    return {row.slug: from_row(Publisher, row) for row in rows}


def _unknown_publisher(page: Page) -> Publisher:
    """What can be said of the publisher of a page whose source has no file, or never had one."""
    parts = urlsplit(page.address)
    home = f"{parts.scheme}://{parts.netloc}/" if parts.netloc else page.address
    return Publisher(
        slug=page.source, name=page.source, name_en=page.source, kind="", country="", language="", home=home
    )
