"""`search`, `show`, `export`, `query`, `label` and `why`: asking the archive."""

import getpass
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.commands.context import Context, UserError, load_sources
from pipeline.commands.output import Format, line, say, show
from pipeline.commands.reading import judge_row

if TYPE_CHECKING:
    from pipeline.config import Settings
    from spiders.source import Source
    from storage.archive import Archive
    from storage.records import Page, StoryView
    from storage.story_filter import StoryFilter


def register(app: typer.Typer) -> None:
    app.command()(search)
    app.command("show")(show_story)
    app.command()(export)
    app.command()(query)
    app.command()(label)
    app.command()(labels)
    app.command()(why)


Partner = Annotated[list[str] | None, typer.Option("--partner", help="Country code or organisation; repeatable.")]
Language = Annotated[list[str] | None, typer.Option("--language", help="Language code; repeatable.")]
Since = Annotated[str | None, typer.Option(help="Only stories that entered at or after this day (YYYY-MM-DD).")]
Until = Annotated[str | None, typer.Option(help="Only stories that entered before this day (YYYY-MM-DD).")]
Rows = Annotated[Format, typer.Option(help="table, json, jsonl or csv.")]
COLUMNS = ("entered_at", "story", "partners", "act", "title", "source", "url")


def search(
    ctx: typer.Context,
    words: Annotated[list[str], typer.Argument(help="Words to find, with or without diacritics.")],
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    everything: Annotated[bool, typer.Option("--all", help="Also pages that are not health cooperation.")] = False,
    format: Rows = Format.TABLE,
) -> None:
    """Search the words of the archive's pages, exact forms first."""
    context: Context = ctx.obj
    with context.store() as store, store.read() as archive:
        hits = archive.search.search(" ".join(words), limit=limit, relevant_only=not everything, exact_first=True)
        found = dict.fromkeys(hit.story_id for hit in hits if hit.story_id is not None)  # copies are one story
        rows = [row_of(view) for story_id in found if (view := archive.stories.view(story_id)) is not None]
    show(rows, format, COLUMNS, empty="Nothing was found. Try fewer or other words.")


def show_story(
    ctx: typer.Context,
    story: Annotated[str, typer.Argument(help="A story's id, or the address of one of its pages.")],
    format: Annotated[Format, typer.Option(help="table or json.")] = Format.TABLE,
) -> None:
    """Show one story: the article, its reason, its other tellings and the revisions of its pages."""
    context: Context = ctx.obj
    with context.store() as store, store.read() as archive:
        view = find(archive, story, load_sources(context.settings()))
        whole = whole_story(archive, view, context.settings())
    if format is not Format.TABLE:
        show([whole], format, COLUMNS)
        return
    say(f"{whole['title']}\n{whole['url']}\n")
    for reason in whole["why"]:
        say(f"  {reason}")
    say("")
    for text in (whole["lead"], *whole["paragraphs"]):
        if text:
            say(f"{text}\n")
    for page in whole["pages"]:
        say(f"{page['role']}: {page['source']} {page['url']} ({page['state']}; {page['why']})")
        for revision in page["revisions"]:
            when = revision["seen_at"][:16]
            say(f"  revision {revision['number']}, {when}: {revision['change']} ({revision['reason']})")


def export(
    ctx: typer.Context,
    partner: Partner = None,
    language: Language = None,
    since: Since = None,
    until: Until = None,
    full: Annotated[bool, typer.Option(help="With the article's text and every page and revision.")] = False,
    format: Annotated[Format, typer.Option(help="jsonl, json, csv or table.")] = Format.JSONL,
) -> None:
    """Export the stories of the feeds, newest first."""
    context: Context = ctx.obj
    settings = context.settings()
    with context.store(settings) as store:
        with store.read() as archive:
            known = archive.stories.partners()
        wanted = story_filter([known_partner(code, known) for code in partner or ()], language, since, until)

        def rows() -> Iterator[dict[str, Any]]:
            with store.read() as archive:
                for view in archive.stories.every(wanted):
                    yield whole_story(archive, view, settings) if full else row_of(view)

        show(rows(), format, COLUMNS, empty="No story in the feeds meets this.")


def query(
    ctx: typer.Context,
    sql: Annotated[str, typer.Argument(help="One SELECT; the archive cannot be changed by it.")],
    format: Rows = Format.TABLE,
) -> None:
    """Ask the archive in SQL, read-only. The tables are described in docs/archive.md."""
    context: Context = ctx.obj
    with context.store() as store, store.read() as archive:
        columns, rows = archive.query(sql)
        show((dict(zip(columns, row, strict=True)) for row in rows), format, columns)


def label(
    ctx: typer.Context,
    story: Annotated[str, typer.Argument(help="A story's id, or the address of one of its pages.")],
    relevant: Annotated[str, typer.Argument(help="yes or no.")],
    why: Annotated[str, typer.Option(help="Why you think so; it stands in the story's evidence.")],
    by: Annotated[str | None, typer.Option(help="Who says so; else your login name.")] = None,
) -> None:
    """Record a person's judgement of a story; it overrides the verdict at once."""
    from pipeline.process import judge_story
    from pipeline.site import publish_all
    from storage.records import Label

    if relevant not in ("yes", "no"):
        raise UserError(f"{relevant}: yes or no is wanted")
    context: Context = ctx.obj
    settings = context.settings()
    sources = load_sources(settings)
    at = datetime.now(UTC)
    with context.store(settings) as store:
        with store.write() as archive:
            story_id = find(archive, story, sources).story.id
            assert story_id is not None
            archive.stories.label(
                Label(story_id=story_id, relevant=relevant == "yes", why=why, by=by or getpass.getuser(), at=at)
            )
            judge_story(archive, story_id, at, late=True, priors=settings.priors_of_sources())
        published = publish_all(store, settings)
    print(f"recorded; {len(published.changed)} feed files written")


def labels(ctx: typer.Context) -> None:
    """Export people's judgements as training rows (JSON lines for `python -m pipeline.relevance.training.train`)."""
    from pipeline.relevance.training.rows import label_row

    context: Context = ctx.obj
    with context.store() as store, store.read() as archive:
        newest = {label.story_id: label for label in archive.stories.labels()}
        for story_id, given in sorted(newest.items()):
            view = archive.stories.view(story_id)
            if view is not None:
                print(line({"id": view.story.uid, **label_row(given, view.link.latest.document)}))


def why(
    ctx: typer.Context,
    story: Annotated[str, typer.Argument(help="A story's id, an address, or - for JSON lines with title and text.")],
) -> None:
    """Say why a story is in the feeds, or why it is not."""
    from pipeline.relevance import explain

    if story == "-" or story.endswith(".jsonl"):
        from pipeline.commands.reading import called, json_lines

        for row in json_lines(story):
            say(called(row))
            for sentence in explain(judge_row(row)):
                say(f"  {sentence}")
        return
    context: Context = ctx.obj
    sources = load_sources(context.settings())
    with context.store() as store, store.read() as archive:
        if (refused := refusal(archive, story, sources)) is not None:
            say(f"{story}\n  Left out: the page is no article ({refused}).")
            return
        view = find(archive, story, sources)
        say(f"{view.link.latest.document.title}\n{view.link.page.address}")
        for sentence in reasons(view, context.settings()):
            say(f"  {sentence}")


def refusal(archive: "Archive", address: str, sources: Mapping[str, "Source"]) -> str | None:
    """Why a page that was captured has never been an article; None for a page that is one, or that is not known."""
    page = _page(archive, address, sources)
    if page is None or page.story_id is not None:
        return None
    change = archive.captures.last_change(page.key, page.source)
    return change.reason if change is not None else "its capture has not been processed yet"


def _page(archive: "Archive", address: str, sources: Mapping[str, "Source"]) -> "Page | None":
    """The page of an address, however it is spelt."""
    owner = next((source for source in sources.values() if source.owns(address)), None)
    return archive.pages.find(owner.slug, owner.key(address)) if owner is not None else None


def find(archive: "Archive", name: str, sources: Mapping[str, "Source"]) -> "StoryView":
    """The story of that id, or of the page with that address. Raises UserError when there is none."""
    story = archive.stories.by_uid(name) or archive.stories.by_address(name)
    if story is None and (page := _page(archive, name, sources)) is not None and page.story_id is not None:
        story = archive.stories.get(page.story_id)
    view = archive.stories.view(story.id) if story is not None and story.id is not None else None
    if view is None:
        raise UserError(f"{name}: no such story in this archive; `healthwire search` finds their ids")
    return view


def known_partner(code: str, known: Mapping[str, int]) -> str:
    """A partner as the archive writes it, whatever the case it is given in. Raises UserError for an unknown one."""
    found = next((partner for partner in known if partner.casefold() == code.casefold()), None)
    if found is None:
        raise UserError(f"{code}: no story has this partner; there are {', '.join(sorted(known)) or 'none yet'}")
    return found


def story_filter(
    partner: list[str] | None, language: list[str] | None, since: str | None, until: str | None
) -> "StoryFilter":
    """The stories of the feeds that these options of a command ask for. Raises UserError for a day that is none."""
    from storage.story_filter import StoryFilter

    return StoryFilter(
        partners=tuple(partner or ()), languages=tuple(language or ()), since=day(since), until=day(until)
    )


def day(text: str | None) -> datetime | None:
    """The beginning of a day (UTC) given as YYYY-MM-DD; None for none. Raises UserError for another form."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise UserError(f"{text}: a day is wanted, as 2026-01-31") from error


def row_of(view: "StoryView") -> dict[str, Any]:
    """A story in one row."""
    document, verdict = view.link.latest.document, view.verdict
    return {
        "story": view.story.uid,
        "entered_at": view.story.entered_at,
        "title": document.title,
        "url": view.link.page.address,
        "source": view.link.page.source,
        "published_at": document.published.at if document.published else None,
        "language": document.language,
        "relevant": verdict.relevant,
        "score": round(verdict.score, 4),
        "partners": verdict.partners,
        "themes": verdict.themes,
        "act": verdict.act,
        "gloss": verdict.gloss,
        "lead": document.lead,
    }


def reasons(view: "StoryView", settings: "Settings") -> list[str]:
    """How the story stands, in the words of its page, whether its page is missing, and what spoke for and against."""
    from feeds.standing import standing
    from pipeline.relevance import explain
    from pipeline.site import site_of

    stands = standing(view, site_of(settings))
    return [stands.sentence, *([stands.missing] if stands.missing else []), *explain(view.verdict)[1:]]


def whole_story(archive: "Archive", view: "StoryView", settings: "Settings") -> dict[str, Any]:
    """A story with its text, its reasons, its pages and their revisions."""
    pages = []
    for telling in (view.link, *view.others):
        assert telling.page.id is not None
        pages.append(
            {
                "url": telling.page.address,
                "source": telling.page.source,
                "role": telling.member.role,
                "why": telling.member.why,
                "state": telling.page.state,
                "title": telling.latest.document.title,
                "revisions": [
                    {
                        "number": revision.number,
                        "seen_at": revision.seen_at.isoformat(),
                        "change": revision.change.kind,
                        "reason": revision.change.reason,
                        "digest": revision.digest,
                    }
                    for revision in archive.pages.revisions(telling.page.id)
                ],
            }
        )
    document = view.link.latest.document
    return {
        **row_of(view),
        "why": reasons(view, settings),
        "paragraphs": document.paragraphs,
        "captions": document.captions,
        "byline": document.byline,
        "agency": document.agency,
        "pages": pages,
    }
