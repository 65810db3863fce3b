"""`run`, `serve`, `sources` and `doctor`: the service, and whether it is well."""

import errno
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.commands.context import Context, UserError, load_sources, log_at
from pipeline.commands.output import Format, say, show

if TYPE_CHECKING:
    import uvicorn

    from pipeline.config import Settings
    from spiders.source import Source
    from storage.locks import Lease
    from storage.store import Store

log = logging.getLogger("healthwire")


def register(app: typer.Typer) -> None:
    app.command()(run)
    app.command()(serve)
    sources = typer.Typer(no_args_is_help=True, help="The sources, their health, and whether a source file is right.")
    sources.command("list")(list_sources)
    sources.command("check")(check_sources)
    app.add_typer(sources, name="sources")
    app.command()(doctor)


def run(
    ctx: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to serve feeds and pages on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on.")] = None,
    replica: Annotated[str | None, typer.Option(help="Visit this local replica and never the internet.")] = None,
) -> None:
    """The service: visits sources when they are due, processes, publishes and serves, until SIGTERM or Ctrl-C."""
    import asyncio

    from feeds.publish import refuse_other
    from storage.errors import AlreadyHeld

    context: Context = ctx.obj
    settings = context.settings(host=host, port=port, replica=replica)
    log_at(settings.log_level)
    sources = load_sources(settings)
    with context.store(settings) as store:
        try:
            refuse_other(store, settings.feeds_dir)
            with listen(settings.host, settings.port) as listening, store.lease("scheduler") as lease:
                asyncio.run(_run(store, sources, settings, listening, lease))
        except AlreadyHeld as error:
            raise UserError(f"another `healthwire run` schedules visits for this archive already ({error})") from error


async def _run(
    store: "Store",
    sources: "dict[str, Source]",
    settings: "Settings",
    listening: "socket.socket",
    lease: "Lease",
) -> None:
    import asyncio

    from pipeline.process import process_pending
    from pipeline.reading_worker import ReadingWorker
    from pipeline.service.child_visit import visit_in_child
    from pipeline.service.schedule import Service
    from pipeline.site import publish_all

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)

    worker = ReadingWorker(stop=stopping.is_set)

    def stop() -> bool:
        service.beat()
        return stopping.is_set()

    def digest() -> None:
        tally = process_pending(store, sources, reader=worker.read, stop=stop, priors=settings.priors_of_sources())
        published = publish_all(store, settings)
        if tally.processed or tally.failed or published.changed:
            log.info(
                "%d captures processed, %d failed, %d read with doubts; %d stories entered; %d files written",
                tally.processed,
                tally.failed,
                tally.unsure,
                tally.entered,
                len(published.changed),
            )

    service = Service(
        store,
        sources,
        visit=lambda source: visit_in_child(source, settings.as_environment(), stopping),
        digest=digest,
        at_once=settings.visits_at_once,
        lease=lease,
        stopping=stopping,
    )
    server = _web_server(store, settings, listening, service.unwell)
    serving = asyncio.create_task(server.serve())
    scheduling = asyncio.create_task(service.serve())
    stopped = asyncio.create_task(stopping.wait())
    await asyncio.wait({serving, scheduling, stopped}, return_when=asyncio.FIRST_COMPLETED)
    service.stop()  # whatever ended first: the other ends too, and so do the visits
    server.should_exit = True
    try:
        await asyncio.gather(serving, scheduling)  # an error in either is loud
    finally:
        worker.close()
    stopped.cancel()


def serve(
    ctx: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to serve on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on.")] = None,
) -> None:
    """Serve feeds, pages and the query API from the archive, without visiting anything."""
    from feeds.publish import refuse_other

    context: Context = ctx.obj
    settings = context.settings(host=host, port=port)
    log_at(settings.log_level)
    with listen(settings.host, settings.port) as listening, context.store(settings) as store:
        refuse_other(store, settings.feeds_dir)
        serve_until_interrupted(store, settings, listening)


def serve_until_interrupted(store: "Store", settings: "Settings", listening: "socket.socket") -> None:
    """Serve feeds and pages on a socket that `listen` gave, until SIGTERM or Ctrl-C."""
    import asyncio

    server = _web_server(store, settings, listening)
    with _interruptible(server):
        asyncio.run(server.serve())


def listen(host: str, port: int) -> "socket.socket":
    """Take an address to serve on, before anything else is begun. Raises UserError when it cannot be had."""
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (while")[0]
        advice = "; another --port may be free" if error.errno == errno.EADDRINUSE else ""
        raise UserError(f"cannot serve on {host}:{port}: {reason}{advice}") from error
    # asyncio sets this only on sockets that name their protocol, and these do not: without it the second write of a
    # small answer waits for the reader's delayed acknowledgement, 40 ms each
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


@contextmanager
def _interruptible(server: "uvicorn.Server") -> Iterator[None]:
    def stop(*_: object) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, was in before.items():
            signal.signal(number, was)


def _web_server(
    store: "Store",
    settings: "Settings",
    listening: "socket.socket",
    unwell: Callable[[], str | None] = lambda: None,
) -> "uvicorn.Server":
    """The web server on that socket, told to leave signals to us."""
    import uvicorn

    from feeds.web.server import config_of
    from pipeline.site import web_application

    class Quiet(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield  # the service decides when to stop

        async def serve(self, sockets: list[socket.socket] | None = None) -> None:
            with listening:
                await super().serve(sockets=[listening])

    host, port = listening.getsockname()[:2]
    print(f"serving on http://{f'[{host}]' if ':' in host else host}:{port}/", flush=True)
    return Quiet(config_of(web_application(store, settings, unwell)))


def list_sources(
    ctx: typer.Context, format: Annotated[Format, typer.Option(help="table, json, jsonl or csv.")] = Format.TABLE
) -> None:
    """List the sources with their last visit, their next one, and what is wrong."""
    context: Context = ctx.obj
    settings = context.settings()
    sources = load_sources(settings)
    with context.store(settings) as store, store.read() as archive:
        states = {state.slug: state for state in archive.visits.states()}
    rows: list[dict[str, Any]] = []
    for slug, source in sorted(sources.items()):
        state = states.get(slug)
        rows.append(
            {
                "source": slug,
                "name": source.name,
                "kind": source.kind,
                "language": source.language,
                "last_success": state.last_success_at if state else None,
                "next_visit": state.next_visit_at if state else None,
                "failures": state.failures if state else 0,
                "problem": state.problem if state else None,
            }
        )
    show(rows, format, ("source", "name", "language", "last_success", "next_visit", "failures", "problem"))


def check_sources(
    ctx: typer.Context,
    files: Annotated[list[str] | None, typer.Argument(help="Source files; none: those of this installation.")] = None,
) -> None:
    """Check source files: every problem with its file, its key and what is allowed."""
    from pathlib import Path

    from spiders.source import SourceError, load_source

    if files:
        wrong = []
        for name in files:
            try:
                source = load_source(Path(name))
            except SourceError as error:
                wrong.append(str(error))
            else:
                say(f"{name}: {source.slug} is right")
        if wrong:
            raise UserError("; ".join(wrong))
        return
    context: Context = ctx.obj
    sources = load_sources(context.settings())
    print(f"{len(sources)} sources are right: {', '.join(sorted(sources))}")


def doctor(
    ctx: typer.Context,
    deep: Annotated[bool, typer.Option("--deep", help="Also read every byte of the archive; takes its time.")] = False,
) -> None:
    """Ask whether this installation is healthy: configuration, archive, disk, sources, clock, feeds."""
    from pipeline.service.doctor import examine

    context: Context = ctx.obj
    settings = context.settings()
    sources = load_sources(settings)
    with context.store(settings) as store:
        findings = examine(store, sources, settings, now=datetime.now(UTC), deep=deep)
    for finding in findings:
        say(f"{'ok ' if finding.well else 'BAD'}  {finding.what}: {finding.said}")
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)
