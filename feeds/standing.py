"""Where a story stands, and why, in the words that page, command and API share. Pure.

    in the feeds    it is there, because …
    left out        it never entered, because …
    withdrawn       it was in the feeds and was judged again

Whether the page we link to still answers is another matter, and said beside it.
"""

from dataclasses import dataclass
from enum import StrEnum

from feeds.clean_text import NAME_LENGTH, TERM_LENGTH, plain
from feeds.entry import make_reason, share_in_words
from feeds.labels import in_words
from feeds.site import Site
from storage.records import NO_LANGUAGE, PageState, StoryView, Verdict


class State(StrEnum):
    """Where a story stands."""

    IN_FEEDS = "in the feeds"
    LEFT_OUT = "left out"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A story's state, its reason in one sentence, and what is wrong with its page; None where it answers."""

    state: State
    sentence: str
    missing: str | None


def standing(view: StoryView, site: Site) -> Standing:
    """How the story stands; moments in the site's time."""
    state = _state(view)
    return Standing(state=state, sentence=_sentence(state, view, site), missing=_missing(view, site))


def _state(view: StoryView) -> State:
    if view.story.withdrawn_at is not None:
        return State.WITHDRAWN
    return State.IN_FEEDS if view.verdict.relevant else State.LEFT_OUT


def _sentence(state: State, view: StoryView, site: Site) -> str:
    if state is State.IN_FEEDS:
        return f"In the feeds because: {make_reason(view.verdict).sentence.rstrip('.')} ({_judge(view.verdict)})."
    against = _against(view.verdict)
    if state is State.LEFT_OUT:
        return f"Left out because {against}."
    assert view.story.withdrawn_at is not None
    return f"Withdrawn since {in_words(view.story.withdrawn_at, site)}: judged again, {against}."


def _judge(verdict: Verdict) -> str:
    if verdict.decided_by != "model":
        return f"decided by {plain(verdict.decided_by, TERM_LENGTH)}"
    return f"{share_in_words(verdict.score)} likely to be international health cooperation"


def _against(verdict: Verdict) -> str:
    if verdict.decided_by != "model":
        return f"{plain(verdict.decided_by, TERM_LENGTH)} judged that it is not international health cooperation"
    unread = next((one for one in verdict.evidence if one.kind == NO_LANGUAGE), None)
    if unread is not None:
        named = plain(unread.phrase, TERM_LENGTH)
        return f"it is written in a language that is not read{f' ({named})' if named else ''}"
    return f"it is {share_in_words(verdict.score)} likely to be international health cooperation"


def _missing(view: StoryView, site: Site) -> str | None:
    page = view.link.page
    if page.state is PageState.LIVE:
        return None
    said = "gone" if page.state is PageState.GONE else "suspected gone"
    since = f" since {in_words(page.missing_since, site)}" if page.missing_since else ""
    return f"Its page at {plain(view.link.publisher.name, NAME_LENGTH)} is {said}{since}."
