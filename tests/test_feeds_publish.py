"""Feeds as files: whole or not at all, and only when the bytes differ."""

import errno
import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from lxml import etree, html
from make_feeds import NOW, SITE, keep, make_store, make_view

from feeds import publish as publishing
from feeds.feed import compose
from feeds.publish import STAMP, OtherArchive, PublishError, manifest, publish, publish_feeds, write
from feeds.spec import FeedSpec, everything, of_partner
from storage.store import Store

OWN = FeedSpec(slug="vaccines", title="Vaccines", description="Vaccines only")


@pytest.fixture
def store(told_store: Store) -> Store:
    return told_store


def test_every_feed_is_there_and_can_be_read(store: Store, tmp_path: Path) -> None:
    done = publish(store, tmp_path / "out" / "feeds", SITE)
    names = {path.name for path in done.directory.iterdir()}
    slugs = ["health-cooperation", "partner-jp", "partner-fr", "partner-unicef", "language-vi", "language-fr"]
    assert {f"{slug}.{form}" for slug in slugs for form in ("rss", "atom", "json")} <= names
    assert {"index.html", "feeds.opml", "style.css", "feed.css", "feeds.json"} <= names
    assert set(done.changed) == names - {STAMP}
    assert not done.removed
    read = feedparser.parse((done.directory / "partner-jp.atom").read_bytes())
    assert [entry.title for entry in read.entries] == ["Việt Nam – Nhật Bản ký thỏa thuận về vắc xin"]
    assert len(feedparser.parse((done.directory / "health-cooperation.rss").read_bytes()).entries) == 5


def test_an_unchanged_archive_touches_no_file(store: Store, tmp_path: Path) -> None:
    first = publish(store, tmp_path / "feeds", SITE)
    before = {
        path: (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes()) for path in first.directory.iterdir()
    }
    again = publish(store, tmp_path / "feeds", SITE)
    assert (again.changed, again.removed, again.unchanged) == ((), (), len(first.changed))
    assert before == {
        path: (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes()) for path in first.directory.iterdir()
    }


def test_a_new_story_changes_only_the_feeds_it_stands_in(store: Store, tmp_path: Path) -> None:
    publish(store, tmp_path / "feeds", SITE)
    with store.write() as archive:
        keep(archive, make_view(6))
    changed = publish(store, tmp_path / "feeds", SITE).changed
    assert {name.partition(".")[0] for name in changed} == {"health-cooperation", "partner-no", "language-vi", "index"}


def test_a_withdrawn_story_leaves_and_its_feed_stays_empty(tmp_path: Path) -> None:
    norway, gone = make_view(1), make_view(1, withdrawn_at=NOW + timedelta(days=1))
    first = [compose(everything(), [norway], SITE), compose(of_partner("NO"), [norway], SITE)]
    publish_feeds(first, tmp_path, SITE)
    publish_feeds([compose(everything(), [], SITE, [gone])], tmp_path, SITE)
    assert feedparser.parse((tmp_path / "partner-no.atom").read_bytes()).entries == []
    assert b"deleted-entry" in (tmp_path / "health-cooperation.atom").read_bytes()
    assert manifest(tmp_path).retired == ()


def test_the_archive_gives_withdrawn_stories_as_tombstones(store: Store, tmp_path: Path) -> None:
    with store.write() as archive:
        keep(archive, make_view(8, withdrawn_at=NOW + timedelta(days=1)))
    publish(store, tmp_path / "feeds", SITE)
    text = (tmp_path / "feeds" / "health-cooperation.atom").read_text()
    assert f'ref="tag:news.example.org,2026:story/{8:020x}"' in text
    assert f"<id>tag:news.example.org,2026:story/{8:020x}</id>" not in text


def test_a_feed_that_is_no_longer_configured_is_removed_and_retired(store: Store, tmp_path: Path) -> None:
    publish(store, tmp_path / "feeds", SITE, [OWN])
    assert (tmp_path / "feeds" / "vaccines.rss").exists()
    done = publish(store, tmp_path / "feeds", SITE)
    assert done.removed == ("vaccines.rss", "vaccines.atom", "vaccines.json")
    assert not (tmp_path / "feeds" / "vaccines.rss").exists()
    assert manifest(tmp_path / "feeds").retired == ("vaccines",)
    publish(store, tmp_path / "feeds", SITE, [OWN])
    assert manifest(tmp_path / "feeds").retired == ()


def test_a_spoilt_manifest_leads_nowhere(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "feeds"
    publish(store, out, SITE)
    (tmp_path / "secret.rss").write_text("mine")
    (out / "feeds.json").write_text(json.dumps({"feeds": ["../secret", 3, "vaccines"], "retired": []}))
    publish(store, out, SITE)
    assert (tmp_path / "secret.rss").read_text() == "mine"
    (out / "feeds.json").write_text("{")
    assert manifest(out).feeds == ()
    publish(store, out, SITE)
    assert "health-cooperation" in manifest(out).feeds


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO])
def test_a_failure_leaves_the_old_files_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    write(tmp_path, {"a.rss": b"old a", "b.rss": b"old b"})
    real, calls = os.fsync, []

    def failing(number: int) -> None:
        calls.append(number)
        if len(calls) == 2:
            raise OSError(code, os.strerror(code))
        real(number)

    monkeypatch.setattr(publishing.os, "fsync", failing)
    with pytest.raises(PublishError) as caught:
        write(tmp_path, {"a.rss": b"new a", "b.rss": b"new b"})
    assert str(caught.value) == f"{tmp_path / 'b.rss'}: feeds cannot be written: {os.strerror(code)}"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.rss": b"old a", "b.rss": b"old b"}


def test_a_directory_that_cannot_be_made_is_said_in_one_line(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PublishError) as caught:
        publish(store, tmp_path / "file" / "feeds", SITE)
    assert "\n" not in str(caught.value)
    assert "Not a directory" in str(caught.value)


def test_what_a_killed_process_left_is_swept_away(tmp_path: Path) -> None:
    old, new = tmp_path / ".healthwire-old.tmp", tmp_path / ".healthwire-new.tmp"
    old.write_text("half")
    new.write_text("half")
    os.utime(old, (1, 1))
    write(tmp_path, {"a.rss": b"a"})
    assert (old.exists(), new.exists()) == (False, True)


def test_the_index_offers_every_feed_in_every_format(store: Store, tmp_path: Path) -> None:
    out = publish(store, tmp_path / "feeds", SITE).directory
    page = html.fromstring((out / "index.html").read_bytes())
    offered: list[Any] = page.xpath("//link[@rel='alternate']")
    assert {(link.get("type"), link.get("href")) for link in offered} >= {
        ("application/rss+xml", "health-cooperation.rss"),
        ("application/atom+xml", "health-cooperation.atom"),
        ("application/feed+json", "health-cooperation.json"),
        ("application/atom+xml", "partner-jp.atom"),
    }
    linked = [str(address) for address in page.xpath("//a/@href | //link/@href") if "://" not in str(address)]
    assert [address for address in linked if address[0] != "#" and not (out / address.partition("#")[0]).exists()] == []
    assert "Agreement with Japan and WHO" in page.text_content()
    assert not page.xpath("//script")


def test_opml_holds_the_main_feed_and_a_second_file_holds_all(store: Store, tmp_path: Path) -> None:
    out = publish(store, tmp_path / "feeds", SITE).directory
    (main,) = etree.parse(out / "feeds.opml").findall(".//outline")
    assert main.get("xmlUrl").endswith("/feeds/health-cooperation.atom")
    outlines = etree.parse(out / "all-feeds.opml").findall(".//outline")
    assert len(outlines) == len(list(out.glob("*.atom")))
    for outline in outlines:
        assert outline.get("type") == "rss"
        assert (out / outline.get("xmlUrl").rpartition("/")[2]).exists()


def test_nothing_new_costs_no_rendering_and_a_lost_file_is_made_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "feeds"
    publish(store, out, SITE)
    with monkeypatch.context() as patched:
        patched.setattr("feeds.publish.render", None)
        assert publish(store, out, SITE).changed == ()
    (out / "partner-jp.atom").unlink()
    assert publish(store, out, SITE).changed == ("partner-jp.atom",)
    assert "index.html" in publish(store, out, replace(SITE, name="Another name")).changed


def test_feeds_that_were_full_are_not_shrunk_by_an_archive_that_is_empty_or_another(
    store: Store, tmp_path: Path
) -> None:
    feeds = tmp_path / "feeds"
    publish(store, feeds, SITE)
    before = {path.name: path.read_bytes() for path in feeds.iterdir()}
    for name in ("emptied.db", "begun-anew.db"):
        (tmp_path / name).touch()
        with Store.open(f"sqlite:///{tmp_path / name}") as other:
            other.migrate()
            if name == "begun-anew.db":
                with other.write() as archive:
                    keep(archive, make_view(6))
            with pytest.raises(OtherArchive, match=r"restore the archive from a backup.*remove .*feeds\.json"):
                publish(other, feeds, SITE)
            assert {path.name: path.read_bytes() for path in feeds.iterdir()} == before
            if name == "begun-anew.db":  # what the message says helps
                (feeds / "feeds.json").unlink()
                assert publish(other, feeds, SITE).changed


def test_feeds_go_on_with_a_copy_of_their_archive(store: Store, tmp_path: Path) -> None:
    publish(store, tmp_path / "feeds", SITE)
    with store.write() as archive:
        archive._connection.exec_driver_sql("COMMIT")
        archive._connection.exec_driver_sql(f"VACUUM INTO '{tmp_path / 'backup.db'}'")
        archive._connection.exec_driver_sql("BEGIN")
    with Store.open(f"sqlite:///{tmp_path / 'backup.db'}") as backup:
        assert publish(backup, tmp_path / "feeds", SITE).changed == ()


def test_an_archive_without_stories_begins_its_feeds_like_any_other(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'new.db'}") as new:
        new.migrate()
        publish(new, tmp_path / "feeds", SITE)
        with new.write() as archive:
            keep(archive, make_view(6))
        assert "health-cooperation.rss" in publish(new, tmp_path / "feeds", SITE).changed


def test_the_published_index_leads_to_the_older_stories(tmp_path: Path) -> None:
    for many in (20, 21):
        place = tmp_path / str(many)
        place.mkdir()
        with make_store(place, [make_view(number) for number in range(1, many + 1)]) as store:
            page = html.fromstring((publish(store, place / "feeds", SITE).directory / "index.html").read_bytes())
        older = page.xpath("//a[@rel='next']/@href")
        assert older == ([f"{SITE.url}/feeds/health-cooperation"] if many > 20 else [])
