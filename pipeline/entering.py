"""When a story enters the feeds, leaves them, and counts as changed: story, verdict and clock go in, a story comes out.

A story enters once, at the moment of the capture that made it relevant, and keeps that place. A story that is not
relevant any more is withdrawn and keeps its place too: subscribers are told that it is gone, and if it comes back it
comes back where it was. Pure.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from storage.records import Story, Verdict

STALE = timedelta(days=30)
"""An article that came out longer ago than this is no news when it is first seen: it enters at its own place."""


def decide(
    story: Story,
    verdict: Verdict,
    link_page_id: int,
    at: datetime,
    *,
    late: bool = False,
    published: datetime | None = None,
) -> Story:
    """The story as it stands after a verdict that was asked for by something at `at`.

    `link_page_id` is the page readers are sent to from now on. With `late` the question is a new judgement of old
    words: a story that enters by it takes the place of its own time and is marked, so that a better judge does not
    flood subscribers with old news, and nothing about it counts as updated. So does a story whose article, by the time
    of `published`, was old when we saw it first.
    """
    enters = has_entered(story, verdict)
    place = story.first_seen_at if late else at
    if published is not None and at - published > STALE:
        late_now, place = True, published
    else:
        late_now = late
    return replace(
        story,
        link_page_id=link_page_id,
        updated_at=story.updated_at if late else max(story.updated_at, at),
        entered_at=place if enters else story.entered_at,
        late=late_now if enters else story.late,
        withdrawn_at=None if verdict.relevant or story.entered_at is None else story.withdrawn_at or at,
    )


def has_entered(before: Story, verdict: Verdict) -> bool:
    """Whether the verdict is the one that brings the story into the feeds."""
    return verdict.relevant and before.entered_at is None
