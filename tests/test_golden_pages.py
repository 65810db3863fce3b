"""Every source and every family against pages written after its site: what must be read, and what must not leak.

A page is `tests/pages/<source>/<name>.<html|json|xml>.gz`; beside it stands `<name>.json` (an article: the
Document expected of it) or `<name>.links.json` (a listing: the articles it names). See tests/pages/README.md.
"""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.reading.read import RawPage, as_json, read
from spiders.families import FAMILIES
from spiders.families.family import Link
from spiders.source import Source, load_sources, parse_source
from spiders.xml_lists import read_listing
from storage.keys import words_digest
from storage.records import Document, Rejection

PAGES = Path(__file__).parent / "pages"
SOURCES = load_sources()
UNSEEN = "nobody has looked at this expectation: correct it by hand, then take this line out"

# what a reader says of itself; its worth is measured elsewhere
OF_THE_READER = {"confidence", "doubts", "image"}


@dataclass(frozen=True)
class Golden:
    source: Source
    page: Path

    @property
    def name(self) -> str:
        return f"{self.page.parent.name}/{self.page.name}"

    @property
    def stem(self) -> str:
        return self.page.name.split(".")[0]

    @property
    def is_listing(self) -> bool:
        return "list" in self.stem or "feed" in self.stem

    @property
    def expectation(self) -> Path:
        return self.page.parent / f"{self.stem}{'.links' if self.is_listing else ''}.json"

    def body(self) -> bytes:
        return gzip.decompress(self.page.read_bytes())

    def expected(self) -> dict[str, Any]:
        """What a person decided; written down for them to correct where it is missing, and then it fails."""
        if not self.expectation.exists():
            found = links_of(self, {}) if self.is_listing else document_of(self, {})
            words = {"unseen": UNSEEN, "url": self.source.home, **found, "forbidden": []}
            self.expectation.write_text(json.dumps(words, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        expected: dict[str, Any] = json.loads(self.expectation.read_text(encoding="utf-8"))
        assert "unseen" not in expected, f"{self.expectation}: {UNSEEN}"
        return expected


def goldens() -> list[Golden]:
    found = []
    for folder in sorted(path for path in PAGES.iterdir() if path.is_dir()):
        own = folder / "source.toml"
        source = (
            parse_source(own.read_text(encoding="utf-8"), f"{folder.name}.toml")
            if own.exists()
            else SOURCES[folder.name]
        )
        found += [Golden(source, page) for page in sorted(folder.glob("*.gz"))]
    return found


GOLDENS = goldens()
ARTICLES = [golden for golden in GOLDENS if not golden.is_listing]
LISTINGS = [golden for golden in GOLDENS if golden.is_listing]


def golden_text(golden: Golden) -> str:
    return golden.body().decode("utf-8")


def read_golden(golden: Golden, about: dict[str, Any]) -> Document | Rejection:
    fetched = about.get("fetched_at")
    page = RawPage(
        url=about.get("url", golden.source.home),
        body=golden.body(),
        content_type=about.get("content_type"),
        fetched_at=datetime.fromisoformat(fetched) if fetched else None,
    )
    return read(page, source=golden.source).outcome


def document_of(golden: Golden, about: dict[str, Any]) -> dict[str, Any]:
    return {"document": as_json(read_golden(golden, about))}


def links_of(golden: Golden, about: dict[str, Any]) -> dict[str, Any]:
    url, zone = about.get("url", golden.source.home), golden.source.zone
    links: Sequence[Link]
    if golden.page.name.endswith(".xml.gz"):
        links = read_listing(golden.body(), about.get("content_type"), url, zone).links
        further = None
    else:
        family = FAMILIES[about.get("family", golden.source.family)]
        text = golden_text(golden)
        links, further = family.links(text, url, zone), family.next_page(text, url)
    return {
        "next_page": further,
        "links": [
            {
                "url": link.url,
                "title": link.title,
                "published": link.published.at.isoformat() if link.published else None,
            }
            for link in links
        ],
    }


def family_of(golden: Golden) -> str:
    """The family that a golden page shows, by the layout or by the listing's own word."""
    expected = golden.expected()
    if golden.is_listing:
        return str(expected.get("family", golden.source.family))
    return str(expected["document"]["reader"]).partition("/")[0]


@pytest.mark.parametrize("golden", ARTICLES, ids=lambda golden: golden.name)
def test_an_article_is_read_whole_and_nothing_else(golden: Golden) -> None:
    expected = golden.expected()
    document = document_of(golden, expected)["document"]
    for word, stands in expected["document"].items():
        if word not in OF_THE_READER:
            assert document.get(word) == stands, word
    assert set(document) - OF_THE_READER <= set(expected["document"])
    said = json.dumps({word: document[word] for word in document if word not in OF_THE_READER}, ensure_ascii=False)
    assert [leak for leak in expected["forbidden"] if leak in said] == []


def test_an_article_read_years_apart_says_the_same_words() -> None:
    """All that surrounds it changed, and its address grew a tail; the article did not change."""
    then, later = (golden for golden in ARTICLES if golden.page.parent.name == "thoidai_com_vn")
    assert golden_text(then) != golden_text(later)
    readings = [read_golden(golden, golden.expected()) for golden in (then, later)]
    assert len({words_digest(document) for document in readings if isinstance(document, Document)}) == 1
    assert len({golden.source.key(golden.expected()["url"]) for golden in (then, later)}) == 1


@pytest.mark.parametrize("golden", LISTINGS, ids=lambda golden: golden.name)
def test_a_listing_names_its_articles_and_no_others(golden: Golden) -> None:
    expected = golden.expected()
    found = links_of(golden, expected)
    assert found["links"] == expected["links"]
    assert found["next_page"] == expected["next_page"]
    said = json.dumps(found["links"], ensure_ascii=False)
    assert [leak for leak in expected["forbidden"] if leak in said] == []
    assert all(golden.source.is_article(link["url"]) for link in expected["links"])


@pytest.mark.parametrize("slug", sorted(SOURCES))
def test_every_source_has_an_article_and_a_listing(slug: str) -> None:
    of_source = [golden for golden in GOLDENS if golden.source.slug == slug]
    shown = {(family_of(golden), golden.is_listing) for golden in of_source}
    for family in SOURCES[slug].families or ("generic",):
        assert (family, False) in shown, f"no golden article of {slug} for the family {family}"
        assert (family, True) in shown, f"no golden listing of {slug} for the family {family}"


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_family_has_an_article_and_a_listing(family: str) -> None:
    shown = {(family_of(golden), golden.is_listing) for golden in GOLDENS}
    assert {(family, False), (family, True)} <= shown


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda golden: golden.name)
def test_a_page_is_packed_the_same_way_on_any_day(golden: Golden) -> None:
    head = golden.page.read_bytes()[:10]
    assert head[3] == 0, "the gzip header holds a file name: pack with gzip -n"
    assert head[4:8] == b"\0\0\0\0", "the gzip header holds a time: pack with gzip -n"
