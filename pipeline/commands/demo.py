"""`demo`: the whole chain on this machine, without the internet."""

import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands.context import UserError
from pipeline.commands.output import visible

if TYPE_CHECKING:
    from rich.console import Console

    from storage.store import Store


def register(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="End after the report; exit status 0 only if the result is the expected one.")
    ] = False,
    directory: Annotated[
        Path | None, typer.Option(help="Keep archive and feeds in this (new or empty) folder; else a temporary one.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to serve the result on; 0: any free one.")] = 8600,
) -> None:
    """The whole chain against a small copy of the press on loopback: visit, read, judge, publish, serve.

    Two visits are made: between them an article is edited, one is removed, and new ones appear.
    """
    from datetime import UTC, datetime

    from rich.console import Console

    from pipeline.commands.service import listen, serve_until_interrupted
    from pipeline.demo import demo_settings, deviations, start_replica, visit_all
    from spiders.replica import replica_sources
    from storage.store import Store

    sources = replica_sources()
    console = Console()
    if not console.is_terminal:
        console = Console(width=120)  # a file or a pipe: the table need not be narrow
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as Ctrl-C does: the temporary folder goes
    with ExitStack() as stack:
        if directory is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="healthwire-demo-")))
        else:
            folder = directory
            try:
                folder.mkdir(parents=True, exist_ok=True)
                empty = not any(folder.iterdir())
            except OSError as error:
                raise UserError(f"{folder}: no folder can be had there: {error.strerror}") from error
            if not empty:
                raise UserError(f"{folder} is not empty; the demo wants a folder of its own")
        listening = None if once else stack.enter_context(listen("127.0.0.1", port))
        replica = start_replica(datetime.now(UTC).date())
        stack.callback(replica.stop)
        settings = demo_settings(folder, replica)
        store = Store.open(settings.database_url)
        stack.callback(store.close)
        store.migrate()
        console.print(f"A copy of the press answers on {replica.url}: {len(sources)} sources.")
        for edition, words, revisit in ((1, "First visit", "due"), (2, "Second visit, some hours later", "all")):
            replica.turn(edition)
            with console.status(f"{words}: capturing, reading, judging, publishing …"):
                visit = visit_all(store, sources, settings, replica, revisit=revisit)
            outcomes = ", ".join(f"{n} {kind}" for kind, n in sorted(visit.tally.changes.items()) if kind != "settled")
            console.print(
                f"[bold]{words}[/bold]: {visit.requests} requests, {visit.article_bodies / 1024:.0f} kB of articles; "
                f"{outcomes}; {visit.tally.entered} stories entered the feeds, {visit.files} files written."
            )
        _report(console, store)
        wrong = deviations(store, sources, replica.expected(), edition=2)
        if wrong:
            console.print(f"[red]Not the expected result[/red], in {len(wrong)} places:")
            for sentence in wrong:
                console.print(f"  {visible(sentence)}", markup=False)
        else:
            console.print("[green]The result is the expected one.[/green]")
        console.print(f"Feeds: {settings.feeds_dir}")
        if listening is not None:
            console.print("Ctrl-C ends the demo" + ("." if directory else " and removes its folder."))
            settings = settings.model_copy(update={"site_url": f"http://127.0.0.1:{listening.getsockname()[1]}"})
            serve_until_interrupted(store, settings, listening)
    if once and wrong:
        raise typer.Exit(1)


def _report(console: "Console", store: "Store") -> None:
    """What was found and why, as a table."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from pipeline.demo import stories

    with store.read() as archive:
        views = stories(archive)
    table = Table("story", "why", "pages", box=box.SIMPLE_HEAD, title=f"{len(views)} stories of health cooperation")
    for view in views:
        found = sorted((e for e in view.verdict.evidence if e.phrase), key=lambda e: -e.weight)
        phrases = visible(", ".join(f"“{e.phrase}”" for e in found[:3]))
        told = ", ".join(sorted({telling.page.source for telling in (view.link, *view.others)}))
        title = escape(visible(view.link.latest.document.title))
        table.add_row(title, f"{escape(view.verdict.gloss)}\n[dim]{escape(phrases)}[/dim]", told)
    console.print(table)
