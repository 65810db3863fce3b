"""What the API says, as plain data, and what it may be asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from feeds.clean_text import NAME_LENGTH, TERM_LENGTH, TITLE_LENGTH, plain
from feeds.entry import fit_to_show, make_entry
from feeds.feedgen_extension import rfc3339
from feeds.render import story_as_json
from feeds.site import Site
from feeds.standing import standing
from storage.partners import partner_code
from storage.records import Revision, SourceState, StoryView, Visit
from storage.search import Hit
from storage.story_filter import StoryFilter

if TYPE_CHECKING:
    from storage.archive import Archive

LIMIT = 50
LARGEST = 200
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TERMS = {"partner": "partners", "language": "languages", "source": "sources", "theme": "themes", "act": "acts"}
_ALLOWED = (*_TERMS, "since", "until", "limit", "cursor")


class RequestError(Exception):
    """A request that cannot be answered; the message names the parameter and what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request for stories: the filter, how many, and the place where the page before ended."""

    filter: StoryFilter
    limit: int
    before: tuple[datetime, int] | None
    given: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of search results, newest first; `cursor` leads to the next one, None at the end."""

    views: tuple[StoryView, ...]
    cursor: str | None


def refuse_unknown(parameters: Mapping[str, str], allowed: Sequence[str]) -> None:
    """Raise RequestError for a parameter that is not allowed: who gives it would take the answer for another one."""
    unknown = sorted(set(parameters) - set(allowed))
    if unknown:
        there_are = f"allowed are {', '.join(allowed)}" if allowed else "none is allowed here"
        raise RequestError(f"{plain(unknown[0], TERM_LENGTH)}: no such parameter; {there_are}")


def read_request(parameters: Mapping[str, str]) -> Asked:
    """The request of a query string; several values of one parameter stand between commas.

    Raises RequestError for an unknown parameter or a value that is not allowed.
    """
    refuse_unknown(parameters, _ALLOWED)
    terms: dict[str, Any] = {
        field: tuple(value for value in parameters[name].split(",") if value)
        for name, field in _TERMS.items()
        if name in parameters
    }
    if "partners" in terms:
        terms["partners"] = tuple(map(_partner, terms["partners"]))
    try:
        limit = int(parameters.get("limit", LIMIT))
    except ValueError:
        limit = 0
    if not 1 <= limit <= LARGEST:
        raise RequestError(f"limit: 1 to {LARGEST} is allowed, not {plain(parameters['limit'], TERM_LENGTH)!r}")
    return Asked(
        filter=replace(StoryFilter(since=_moment(parameters, "since"), until=_moment(parameters, "until")), **terms),
        limit=limit,
        before=place_of(parameters["cursor"]) if "cursor" in parameters else None,
        given=tuple((name, value) for name, value in parameters.items() if name != "cursor"),
    )


def _partner(given: str) -> str:
    code = partner_code(given)
    if code is None:
        wanted = "a country's ISO code such as RU or an organisation such as WHO is wanted"
        raise RequestError(f"partner: {wanted}, not {plain(given, TERM_LENGTH)!r}")
    return code


def offer(site: Site) -> dict[str, Any]:
    """What there is to ask, with the addresses to ask it at."""
    return {
        "stories": {
            "url": f"{site.url}/api/stories",
            "about": "the stories of the feeds, newest first; `next` leads on, several values stand between commas",
            "parameters": list(_ALLOWED),
        },
        "story": {"url": f"{site.url}/api/stories/UID", "about": "one story with all evidence and every revision"},
        "health": {"url": f"{site.url}/health", "about": "the sources, their last visits, what the archive holds"},
        "feeds": {"url": f"{site.url}/all-feeds.opml", "about": "all feeds; each also ends in .rss and .json"},
    }


def stories(archive: "Archive", asked: Asked, site: Site) -> dict[str, Any]:
    """A page of stories, newest first; `next` is the address of the next page, null at the end."""
    views = archive.stories.views(asked.filter, asked.limit + 1, asked.before)
    shown, more = views[: asked.limit], len(views) > asked.limit
    following = None
    if more:
        query = urlencode([*asked.given, ("cursor", cursor_of(shown[-1]))])
        following = f"{site.url}/api/stories?{query}"
    return {"stories": [_story(view, site) for view in shown], "next": following}


def story(archive: "Archive", view: StoryView, site: Site) -> dict[str, Any]:
    """One story with all its evidence, for and against, and every revision of its pages."""
    said = _story(view, site)
    said["evidence"] = [
        {"phrase": e.phrase, "place": e.place, "kind": e.kind, "weight": round(e.weight, 4)}
        for e in map(fit_to_show, view.verdict.evidence)
    ]
    said["revisions"] = [
        {
            "publisher": publisher,
            "number": revision.number,
            "seen_at": rfc3339(revision.seen_at.astimezone(UTC)),
            "change": str(revision.change.kind),
            "parts": list(revision.change.parts),
            "title": plain(revision.document.title, TITLE_LENGTH),
            "digest": revision.digest,
        }
        for publisher, revision in revisions(archive, view)
    ]
    return said


def revisions(archive: "Archive", view: StoryView) -> list[tuple[str, Revision]]:
    """Every revision of the story's pages with its publisher's name, oldest first."""
    found = []
    for telling in (view.link, *view.others):
        assert telling.page.id is not None
        found += [(telling.publisher.name, revision) for revision in archive.pages.revisions(telling.page.id)]
    return sorted(found, key=lambda pair: (pair[1].seen_at, pair[1].page_id, pair[1].number))


def search(archive: "Archive", query: str, limit: int, cursor: str | None) -> Found:
    """Stories in the feeds with all words of the query, exact forms first; two pages of one story count once."""
    hits = archive.search.search(query, limit + 1, _hit(cursor), exact_first=True, relevant_only=True)
    shown = hits[:limit]
    ids = dict.fromkeys(hit.story_id for hit in shown if hit.story_id is not None)
    views = tuple(view for story_id in ids if (view := archive.stories.view(story_id)) is not None)
    last = shown[-1] if len(hits) > limit else None
    return Found(views=views, cursor=f"{last.page_id}{'e' if last.exact else 'f'}" if last else None)


def source_rows(archive: "Archive") -> list[tuple[str, SourceState, Visit | None]]:
    """Every source that was ever visited or planned: its name, its state and its last visit."""
    names = {publisher.slug: publisher.name for publisher in archive.publishers.all()}
    rows = []
    for state in archive.visits.states():
        recent: Sequence[Visit] = archive.visits.recent(state.slug, 1)
        rows.append((plain(names.get(state.slug, state.slug), NAME_LENGTH), state, recent[0] if recent else None))
    return rows


def health(archive: "Archive") -> dict[str, Any]:
    """The sources' states and last visits, and how much the archive holds."""
    sources = []
    for name, state, visit in source_rows(archive):
        sources.append(
            {
                "source": state.slug,
                "name": name,
                "well": state.problem is None,
                "problem": state.problem,
                "failures": state.failures,
                "last_visit_at": _stamp(state.last_visit_at),
                "last_success_at": _stamp(state.last_success_at),
                "next_visit_at": _stamp(state.next_visit_at),
                "last_visit": _visit(visit) if visit else None,
            }
        )
    return {
        "sources": sources,
        "unwell": [source["source"] for source in sources if not source["well"]],
        "stories": archive.stories.count(StoryFilter()),
        "partners": archive.stories.partners(),
        "languages": archive.stories.languages(),
        "unprocessed": archive.captures.count_unprocessed(),
    }


def _story(view: StoryView, site: Site) -> dict[str, Any]:
    entry, stands = make_entry(view, site), standing(view, site)
    return {
        "id": entry.id,
        "title": entry.title,
        "url": entry.link,
        "summary": entry.summary,
        "language": entry.language,
        "published": rfc3339(entry.published),
        "updated": rfc3339(entry.updated),
        "entered_at": _stamp(view.story.entered_at),
        "withdrawn_at": _stamp(view.story.withdrawn_at),
        "relevant": view.verdict.relevant,
        "state": str(stands.state),
        "standing": stands.sentence,
        "page_missing": stands.missing,
        **story_as_json(entry),
    }


def _visit(visit: Visit) -> dict[str, Any]:
    return {
        "started_at": _stamp(visit.started_at),
        "ended_at": _stamp(visit.ended_at),
        "state": str(visit.state),
        "listings": visit.listings,
        "discovered": visit.discovered,
        "fetched": visit.fetched,
        "unchanged": visit.unchanged,
        "kept": visit.kept,
        "failed": visit.failed,
        "problems": list(visit.problems),
    }


def _stamp(moment: datetime | None) -> str | None:
    return rfc3339(moment.astimezone(UTC)) if moment else None


def _moment(parameters: Mapping[str, str], name: str) -> datetime | None:
    text = parameters.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        return _sensible(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        wanted = "a date such as 2026-11-20 or 2026-11-20T08:00:00Z"
        raise RequestError(f"{name}: {wanted} is wanted, not {plain(text, TERM_LENGTH)!r}") from error


_MOST_IDS = 1 << 63
_EARLIEST, _LATEST = 1900, 9000  # years


def cursor_of(view: StoryView) -> str:
    """The place of a story in lists: its moment in microseconds, and its id."""
    placed = view.story.entered_at or view.story.first_seen_at
    return f"{(placed - _BEGINNING) // _MICROSECOND}-{view.story.id}"


def place_of(cursor: str) -> tuple[datetime, int]:
    """The place that a cursor of `cursor_of` names. Raises RequestError for another text."""
    try:
        moment, _, story_id = cursor.partition("-")
        number = int(story_id)
        if not 0 <= number < _MOST_IDS:
            raise ValueError(cursor)
        return _sensible(_BEGINNING + _MICROSECOND * int(moment)), number
    except (ValueError, OverflowError) as error:
        raise RequestError(f"cursor: {plain(cursor, TERM_LENGTH)!r} is none that was given out") from error


def _sensible(moment: datetime) -> datetime:
    """The moment, unless databases or time zones cannot follow it. Raises ValueError."""
    if not _EARLIEST <= moment.year <= _LATEST:
        raise ValueError(f"year {moment.year}")
    return moment


def _hit(cursor: str | None) -> Hit | None:
    if not cursor or not cursor[:-1].isdecimal() or len(cursor) > 19 or cursor[-1] not in "ef":
        return None
    return Hit(page_id=int(cursor[:-1]), story_id=None, exact=cursor[-1] == "e")
