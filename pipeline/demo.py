"""The whole chain against the replica of the press, and whether it found what is true of the replica's articles."""

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from os import environ
from pathlib import Path

from pipeline.config import Settings
from pipeline.process import Tally, process_pending
from pipeline.reading_worker import ReadingWorker
from pipeline.site import publish_all
from spiders.replica.server import Replica
from spiders.replica.truth import Truth
from spiders.source import Source
from storage.archive import Archive
from storage.records import ChangeKind, PageState, StoryView
from storage.store import Store
from storage.story_filter import StoryFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of visits of the demo: what was asked of the replica, and what processing came to."""

    requests: int
    article_bodies: int  # bytes of article pages transferred
    tally: Tally
    files: int  # feed files that changed


def visit_all(
    store: Store, sources: Mapping[str, Source], settings: Settings, replica: Replica, *, revisit: str
) -> Round:
    """Visit every source once (in a child process, as the service does), process and publish.

    Raises subprocess.CalledProcessError when the crawl as a whole fails.
    """
    replica.forget()
    command = [sys.executable, "-m", "pipeline.cli", "crawl", "--quiet", "--revisit", revisit, *sources]
    subprocess.run(  # noqa: S603 - our own command
        command, env=isolated(settings), cwd=settings.feeds_dir.parent, check=True, stderr=subprocess.DEVNULL
    )
    with ReadingWorker() as worker:
        tally = process_pending(store, sources, reader=worker.read)
    published = publish_all(store, settings)
    articles = {truth.address.partition("//")[2] for truth in replica.expected()}
    return Round(
        requests=len(replica.requests),
        article_bodies=sum(r.bytes for r in replica.requests if r.host + r.path in articles and r.status == 200),
        tally=tally,
        files=len(published.changed),
    )


def isolated(settings: Settings) -> dict[str, str]:
    """The environment of a child that has these settings and hears of no other."""
    return {name: value for name, value in environ.items() if not name.startswith("HEALTHWIRE_")} | (
        settings.as_environment()
    )


def demo_settings(directory: Path, replica: Replica) -> Settings:
    """An installation of its own in `directory` that visits nothing but the replica, whatever is configured here."""
    directory = directory.resolve()
    return Settings(
        sources_dir=None,
        sources=(),
        feeds_file=None,
        database_url=f"sqlite:///{directory / 'healthwire.db'}",
        feeds_dir=directory / "feeds",
        replica=replica.url,
        contact="https://example.org/healthwire-demo",
        log_level="ERROR",
    )


def start_replica(base: date) -> Replica:
    """The replica with articles dated around `base`, its slow pages hurried a little."""
    return Replica(base=base, patience=0.2).start()


def stories(archive: Archive) -> list[StoryView]:
    """The stories of the feeds, newest first."""
    return list(archive.stories.every(StoryFilter()))


def deviations(store: Store, sources: Mapping[str, Source], truths: Sequence[Truth], edition: int) -> list[str]:
    """In words, wherever the archive differs from what is true of the replica's articles in `edition`.

    Looked at: every readable article is there once; relevant ones are in the feeds and no others, with their
    partner countries; copies and translations stand in their original's story; an edit is a second
    revision; a removal is suspected.
    """
    found: list[str] = []
    say = found.append
    with store.read() as archive:
        by_address: dict[str, StoryView] = {}
        for truth in truths:
            expected = truth.readable and not truth.archive and truth.from_edition <= edition
            page = archive.pages.find(truth.source, sources[truth.source].key(truth.address))
            if not expected or page is None or page.story_id is None:
                if expected:
                    say(f"{truth.id}: {truth.address} is not in the archive")
                elif page is not None and page.story_id is not None:
                    say(f"{truth.id}: {truth.address} was captured but must not be")
                continue
            view = archive.stories.view(page.story_id)
            if view is None:
                say(f"{truth.id}: its story has no verdict")
                continue
            by_address[truth.address] = view
            _judged(truth, view, say)
            assert page.id is not None
            edits = [r for r in archive.pages.revisions(page.id) if r.change.kind is ChangeKind.EDITED]
            should = truth.edited is not None and truth.from_edition < truth.edited <= edition
            if bool(edits) != should:
                say(f"{truth.id}: {'an edit was not seen' if should else 'edited, says the archive, and it was not'}")
            removed = truth.removed is not None and truth.removed <= edition
            if (page.state is PageState.LIVE) == removed:
                say(f"{truth.id}: {'its removal was not seen' if removed else 'is live, but not in the archive'}")
        for truth in truths:
            mine = by_address.get(truth.address)
            original = by_address.get(truth.copy_of) if truth.copy_of else None
            if mine and original and mine.story.id != original.story.id:
                say(f"{truth.id}: a copy that became a story of its own")
            translated = by_address.get(truth.translation_of) if truth.translation_of else None
            if mine and translated and mine.story.id != translated.story.id:
                say(f"{truth.id}: a translation that became a story of its own")
        joined: dict[int | None, str] = {}
        for truth in truths:
            view = by_address.get(truth.address)
            if view is None or truth.copy_of or truth.translation_of:
                continue
            if view.story.id in joined:
                say(f"{truth.id} and {joined[view.story.id]} are two stories, and were taken for one")
            joined[view.story.id] = truth.id
    return found


def _judged(truth: Truth, view: StoryView, say: Callable[[str], None]) -> None:
    if view.verdict.relevant != truth.relevant:
        said = "in the feeds" if view.verdict.relevant else "not in the feeds"
        say(f"{truth.id}: {said}, which is wrong ({view.verdict.score:.2f}): {truth.title}")
    elif truth.relevant:
        missing = {p for p in truth.partners if len(p) == 2} - set(view.verdict.partners)
        if missing:
            say(f"{truth.id}: partner not found: {', '.join(sorted(missing))}")
