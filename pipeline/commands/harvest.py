"""`crawl`, `process`, `publish`, `import` and `replay`: the parts of the chain, one at a time."""

import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands.context import Context, UserError, load_sources, source_called
from pipeline.commands.output import Format, show, visible
from pipeline.commands.reading import looks_like_text, read_file

if TYPE_CHECKING:
    from pipeline.priors import Priors
    from pipeline.process import Tally
    from spiders.source import Source
    from storage.store import Store


def register(app: typer.Typer) -> None:
    app.command()(crawl)
    app.command()(process)
    app.command()(publish)
    app.command("import")(import_)
    app.command()(replay)


def crawl(
    ctx: typer.Context,
    sources: Annotated[list[str] | None, typer.Argument(help="Which sources; none: all.")] = None,
    revisit: Annotated[str, typer.Option(help="Known pages to look at again: due, all or none.")] = "due",
    replica: Annotated[str | None, typer.Option(help="Send every request to this local replica.")] = None,
    quiet: Annotated[bool, typer.Option(help="Only problems.")] = False,
    format: Annotated[Format, typer.Option(help="How to print the visits.")] = Format.TABLE,
    for_service: Annotated[int | None, typer.Option("--for-service", hidden=True, metavar="PID")] = None,
) -> None:
    """Visit sources now: capture what is new and what is due, politely. Processing is a step of its own."""
    from pipeline.service.booking import book
    from pipeline.service.child_visit import BUSY, end_with
    from spiders.crawl import CrawlOptions
    from spiders.crawl import crawl as visit
    from spiders.visit import Revisit
    from storage.errors import AlreadyHeld

    try:
        again = Revisit(revisit)
    except ValueError:
        raise UserError(f"--revisit {revisit}: due, all or none is allowed") from None
    if for_service is not None:
        end_with(for_service)
    context: Context = ctx.obj
    settings = context.settings(replica=replica)
    chosen = load_sources(settings, sources or ())
    options = CrawlOptions(
        database_url=settings.database_url,
        contact=settings.contact,
        revisit=again,
        replica=settings.replica,
        log_level=settings.log_level,
        held=True,
    )
    with context.store(settings, make=for_service is None) as store:  # a service whose archive is lost wants no new one
        store.interrupted(datetime.now(UTC))
        free = []
        with ExitStack() as held:
            for slug, source in chosen.items():
                try:
                    held.enter_context(store.visiting(slug))
                    free.append(source)
                except AlreadyHeld:
                    print(f"healthwire: {slug}: another process is visiting it; left out", file=sys.stderr)
            records = visit(free, options) if free else []
        if for_service is None:  # the service keeps its own books, and says itself what is wrong
            for source, record in zip(free, records, strict=True):
                if record.state != "interrupted":
                    book(store, source, 0 if record.state == "finished" else 1, at=datetime.now(UTC))
    if not quiet:
        columns = ("source", "state", "listings", "discovered", "fetched", "unchanged", "kept", "failed")
        every = columns if format is Format.TABLE else (*columns, "problems")  # a table of sentences is hard to read
        show(({name: getattr(record, name) for name in every} for record in records), format, every)
    bad = [record.source for record in records if record.state != "finished"]
    for record in records if for_service is None else ():
        for problem in record.problems:
            print(visible(f"healthwire: {record.source}: {problem}"), file=sys.stderr)
    if bad or len(free) < len(chosen):
        raise typer.Exit(1 if free else BUSY)


def process(ctx: typer.Context) -> None:
    """Read, compare, match and judge every capture that nobody has looked at yet."""
    context: Context = ctx.obj
    settings = context.settings()
    sources = load_sources(settings)
    with context.store(settings) as store:
        tally = process_all(store, sources, settings.priors_of_sources())
    print(said(tally))
    if tally.failed:
        raise UserError(f"{tally.failed} captures met a bug of ours (see the log); they stay for the next time")


def process_all(store: "Store", sources: "dict[str, Source]", priors: "Priors") -> "Tally":
    """Process what is unsettled, with a progress bar on a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from pipeline.process import process_pending
    from pipeline.reading_worker import ReadingWorker

    with store.read() as archive:
        waiting = archive.captures.count_unprocessed()
    console = Console(stderr=True)
    with Progress(
        TextColumn("processing"), BarColumn(), MofNCompleteColumn(), console=console, disable=not console.is_terminal
    ) as progress:
        bar = progress.add_task("processing", total=waiting)
        with ReadingWorker() as worker:
            return process_pending(
                store, sources, reader=worker.read, on_outcome=lambda _: progress.advance(bar), priors=priors
            )


def said(tally: "Tally") -> str:
    """What a processing came to, in a line."""
    parts = ", ".join(f"{count} {kind}" for kind, count in sorted(tally.changes.items())) or "nothing to do"
    waiting = f"; {tally.waiting + tally.overrun} wait for the next time" if tally.waiting or tally.overrun else ""
    return f"{tally.processed} captures processed ({parts}){waiting}; {tally.entered} stories entered the feeds"


def publish(
    ctx: typer.Context,
    directory: Annotated[Path | None, typer.Option(help="Where to; else feeds_dir of the configuration.")] = None,
) -> None:
    """Write every feed as RSS, Atom and JSON Feed, with an index page and OPML; unchanged files are left alone."""
    from pipeline.site import publish_all

    context: Context = ctx.obj
    settings = context.settings(feeds_dir=directory)
    with context.store(settings) as store:
        published = publish_all(store, settings)
    print(
        f"{len(published.changed)} files written in {settings.feeds_dir}"
        + ("" if published.changed else " (nothing had changed)")
    )


def import_(
    ctx: typer.Context,
    files: Annotated[list[str], typer.Argument(help="Saved pages: HTML, a portal's JSON, or text dumps.")],
    source: Annotated[str | None, typer.Option(help="The source they are of; else guessed from the page.")] = None,
    url: Annotated[str | None, typer.Option(help="The address of the page (one file only).")] = None,
    captured_at: Annotated[
        str | None, typer.Option(help="When they were captured (ISO 8601); else the file's own time.")
    ] = None,
) -> None:
    """Take saved pages into the archive, with their own capture time, and process and publish them."""
    from pipeline.saved_pages import capture_of
    from pipeline.site import publish_all

    if url is not None and len(files) > 1:
        raise UserError("--url names one page; give one file with it")
    at = moment(captured_at) if captured_at else None
    context: Context = ctx.obj
    settings = context.settings()
    sources = load_sources(settings)
    source_called(source, sources)
    prepared = []
    for name in files:
        body = read_file(name)
        when = at or datetime.fromtimestamp(Path(name).stat().st_mtime, UTC)
        text = looks_like_text(name, body)
        try:
            prepared.append((capture_of(body, when, sources, slug=source, url=url, text=text), body))
        except ValueError as error:
            raise UserError(f"{name}: {error}") from error
    with context.store(settings) as store:
        with store.write() as archive:
            for capture, body in prepared:
                archive.captures.add(capture, body)
        tally = process_all(store, sources, settings.priors_of_sources())
        published = publish_all(store, settings)
    print(said(tally) + f"; {len(published.changed)} feed files written")
    if tally.failed:
        raise UserError(f"{tally.failed} captures met a bug of ours (see the log); they stay for the next time")


def replay(
    ctx: typer.Context,
    judge: Annotated[bool, typer.Option("--judge", help="Only judge the stories again.")] = False,
    source: Annotated[str | None, typer.Option(help="Only the pages of this source.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Apply without asking.")] = False,
    format: Annotated[Format, typer.Option(help="How to print the differences.")] = Format.TABLE,
) -> None:
    """Read the stored pages again with today's code, or judge again; show what would differ, then apply."""
    from pipeline.reading_worker import ReadingWorker
    from pipeline.replay import apply_judging, apply_reading, judged_otherwise, read_otherwise
    from pipeline.site import publish_all

    context: Context = ctx.obj
    settings = context.settings()
    sources = load_sources(settings)
    source_called(source, sources)
    with context.store(settings) as store:
        if judge:
            judged = list(judged_otherwise(store, settings.priors_of_sources()))
            show((d.row() for d in judged), format, ("story", "now", "would_be", "title"))
            if _confirmed(len(judged), apply):
                apply_judging(store, judged, datetime.now(UTC), settings.priors_of_sources())
        else:
            with ReadingWorker() as worker:
                read = list(read_otherwise(store, sources, source, reader=worker.read))
            show((d.row() for d in read), format, ("page", "what", "title"))
            if _confirmed(len(read), apply):
                apply_reading(store, read, settings.priors_of_sources())
        published = publish_all(store, settings)
    print(f"{len(published.changed)} feed files written", file=sys.stderr)


def _confirmed(number: int, apply: bool) -> bool:
    """Whether so many differences are to be applied: told by a flag, or by a person at a terminal."""
    if not number:
        print("nothing would differ", file=sys.stderr)
        return False
    confirmed = apply or (sys.stdin.isatty() and typer.confirm(f"Apply these {number}?"))
    print(f"{number} applied" if confirmed else "nothing applied; --apply applies without asking", file=sys.stderr)
    return confirmed


def moment(text: str) -> datetime:
    """A moment given on the command line. Raises UserError unless it is ISO 8601 with a zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UserError(f"{text}: ISO 8601 is wanted, as 2026-01-31T08:00+07:00") from error
    if at.utcoffset() is None:
        raise UserError(f"{text}: a time zone is wanted, as 2026-01-31T08:00+07:00")
    return at
