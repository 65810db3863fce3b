"""Feeds against the formats' own grammars, against a reader of all of them, and against our own rules."""

import json
import locale
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import jsonschema
import nh3
import pytest
from lxml import etree
from make_feeds import AGENCY, NOW, SITE, make_document, make_telling, make_verdict, make_view, make_views

from feeds.feed import Feed, compose
from feeds.render import render
from feeds.site import FORMATS, Site
from feeds.spec import everything, of_language, of_partner
from storage.records import Evidence, Precision, Timestamp

GOLDEN = Path(__file__).parent / "golden"
SCHEMAS = GOLDEN / "schemas"
ATOM = "{http://www.w3.org/2005/Atom}"

HOSTILE = {
    "script": "<script>alert(1)</script>Bộ Y tế <img src=x onerror=alert(2)> tiếp <b>Đại sứ</b>",
    "twice escaped": "&lt;script&gt;alert(1)&lt;/script&gt; &amp;lt;i&amp;gt;",
    "nested": "<scr<b>ipt>alert(1)</scr</b>ipt> <<a>a href=//x>",
    "controls": "Bộ\x00 Y\x08 tế\x0b tiếp\x1f Đại\x7f sứ\x9b",
    "surrogates": "Hợp tác \ud83d y tế \udc00",
    "cdata": "x ]]> y <![CDATA[ z ]]>",
    "rtl": "وزارة الصحة \u202egnp.exe\u202c \u2066Bộ Y tế",
    "long": "Hợp tác y tế " * 90_000,
    "one long word": "ở" * 1_000_000,
    "nfd": "Ho\u031bp ta\u0301c y te\u0302\u0301 quo\u0302\u0301c te\u0302\u0301",
    "entities": "&copy; &#x0; &#xD800; &unknown; <!ENTITY x SYSTEM 'file:///etc/passwd'> &x;",
    "noncharacters": "a\ufffe\uffff\ufdd0\U0001ffff\ufeffb",
    "empty": " \u200b\u00ad ",
    "comment": "<!-- --> <?php echo 1 ?> </feed></rss>",
    "template": "{{ 7*7 }} {% include '/etc/passwd' %} ${x}",
    "quotes": "\"'><svg/onload=alert(1)> ' onmouseover='x",
}


def make_hostile(text: str) -> Feed:
    publisher = replace(AGENCY, name=text, name_en=text, home="javascript:alert(1)", language=text[:40])
    document = make_document(
        title=text, lead=text, paragraphs=(text, "Một đoạn."), byline=text, agency=text, language=text[:60]
    )
    told = make_telling(1, document=document, publisher=publisher, address='https://báo.example/bài viết?q=<x>&y="z"#đ')
    other = make_telling(2, document=document, publisher=publisher, address="javascript:alert(1)")
    verdict = make_verdict(
        gloss=text,
        act=text[:200],
        themes=(text[:200], "training"),
        partners=(text[:200], "RU"),
        evidence=(Evidence(phrase=text, place=text, kind=text, weight=1.0),),
        decided_by=text[:200],
    )
    gone = replace(make_view(9, withdrawn_at=NOW), verdict=verdict)
    view = make_view(1, link=told, others=(other,), verdict=verdict)
    return compose(everything(), [view, make_view(3)], SITE, [gone])


def make_feeds() -> dict[str, Feed]:
    views = make_views()
    hub = Site(url="https://news.example.org/health/", authority="news.example.org", hub="https://hub.example.org/")
    feeds = {
        "ordinary": compose(everything(), views, SITE),
        "full": compose(everything(content="full"), views, hub),
        "empty": compose(of_partner("RU"), [], SITE),
        "withdrawn": compose(of_language("vi"), views[:1], SITE, [make_view(9, withdrawn_at=NOW + timedelta(hours=3))]),
    }
    return feeds | {f"hostile: {name}": make_hostile(text) for name, text in HOSTILE.items()}


FEEDS = make_feeds()
every_feed = pytest.mark.parametrize("feed", FEEDS.values(), ids=FEEDS.keys())
every_form = pytest.mark.parametrize("form", FORMATS)


# ── the grammars ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def atom_grammar() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(SCHEMAS / "atom.rng"))


@every_feed
def test_atom_obeys_the_grammar_of_rfc_4287(feed: Feed, atom_grammar: etree.RelaxNG) -> None:
    document = etree.fromstring(render(feed, SITE, "atom"))
    assert atom_grammar.validate(document), atom_grammar.error_log
    for entry in document.iter(f"{ATOM}entry"):
        assert entry.find(f"{ATOM}author/{ATOM}name").text
        alternates = [
            (link.get("type"), link.get("hreflang")) for link in entry.findall(f"{ATOM}link[@rel='alternate']")
        ]
        assert len(alternates) == len(set(alternates)) == 1


@pytest.mark.parametrize(
    ("find", "put"),
    [
        ("published>", "issued>"),
        ("<updated>2026-11-20T", "<updated>20 Nov 2026 "),
        ('term="', 'word="'),
        ('type="html"', 'type="markup"'),
        ("<id>tag:", "<id>a tag:"),
        ('hreflang="fr"', 'hreflang="French, mostly"'),
    ],
)
def test_the_grammar_refuses_what_is_no_atom(find: str, put: str, atom_grammar: etree.RelaxNG) -> None:
    text = render(FEEDS["ordinary"], SITE, "atom").decode()
    assert find in text
    assert not atom_grammar.validate(etree.fromstring(text.replace(find, put).encode()))


@every_feed
def test_json_obeys_json_feed(feed: Feed) -> None:
    schema = json.loads((SCHEMAS / "jsonfeed.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(render(feed, SITE, "json")))


@every_feed
def test_rss_has_what_rss_wants(feed: Feed) -> None:
    channel = etree.fromstring(render(feed, SITE, "rss"))[0]
    assert [child.tag for child in channel][:3] == ["title", "link", "description"]
    for name in ("title", "link", "description", "language", "lastBuildDate", "ttl", "generator", "docs"):
        assert len(channel.findall(name)) == 1, name
    known = {"title", "link", "description", "author", "category", "comments", "enclosure", "guid", "pubDate", "source"}
    for item in channel.findall("item"):
        plain = [child.tag for child in item if not child.tag.startswith("{")]
        assert set(plain) <= known
        assert all(plain.count(name) == 1 for name in ("title", "link", "description", "guid", "pubDate"))
        assert item.find("guid").get("isPermaLink") == "false"


# ── a reader of all formats ────────────────────────────────────────────────────────────────────────────────


@every_feed
@pytest.mark.parametrize("form", ["rss", "atom"])
def test_feedparser_reads_back_what_went_in(feed: Feed, form: str) -> None:
    read = feedparser.parse(render(feed, SITE, form))
    assert not read.bozo, read.get("bozo_exception")
    assert read.feed.title == feed.spec.title
    assert len(read.entries) == len(feed.entries)
    for got, entry in zip(read.entries, feed.entries, strict=True):
        assert got.link == entry.link
        assert got.id == entry.id
        assert _moment(got.published_parsed) == entry.published
        assert _moment(got.updated_parsed) == entry.updated
        terms = {(tag.scheme, tag.term) for tag in got.tags}
        assert {(SITE.scheme(term.kind), term.term) for term in entry.terms} <= terms


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_feedparser_reads_titles_sources_and_authors(form: str) -> None:
    feed = FEEDS["ordinary"]
    read = feedparser.parse(render(feed, SITE, form))
    assert [entry.title for entry in read.entries] == [entry.title for entry in feed.entries]
    assert [entry.source.title for entry in read.entries] == [entry.origin.name for entry in feed.entries]
    assert "Thu Hà" in [entry.author for entry in read.entries]
    assert read.feed.language == "en"


# ── our own rules, which no validator knows ────────────────────────────────────────────────────────────────


class _Markup(HTMLParser):
    """Collects what an HTML fragment is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.open += ["never closed"]


def faults(raw: bytes, form: str) -> Iterator[str]:
    """What is wrong with a feed though the grammars allow it."""
    entries, self_link = _read(raw, form)
    if self_link != f"{SITE.url}/feeds/{self_link.rpartition('/')[2]}" or not self_link.endswith(f".{form}"):
        yield f"self link {self_link}"
    ids = [entry["id"] for entry in entries]
    if len(ids) != len(set(ids)):
        yield "an id stands twice"
    if [e["published"] for e in entries] != sorted((e["published"] for e in entries), reverse=True):
        yield "not newest first"
    for entry in entries:
        for link in entry["links"]:
            if urlsplit(link).scheme not in ("http", "https") or not urlsplit(link).netloc or not link.isascii():
                yield f"link {link!r} is not absolute"
        if entry["published"] > entry["updated"]:
            yield "published after updated"
        if not datetime(2000, 1, 1, tzinfo=UTC) < entry["published"] < NOW + timedelta(days=2):
            yield "implausible date"
        if not entry["id"].startswith("tag:news.example.org,2026:story/"):
            yield "an id that is no tag address of ours"
        if re.search(r"<[A-Za-z/!?]", entry["title"]) or not entry["title"].strip() or len(entry["title"]) > 300:
            yield f"title {entry['title']!r}"
        markup = _Markup()
        markup.feed(entry["content"])
        if markup.open:
            yield "an element is not closed"
        if not set(markup.tags) <= {"p", "div", "ul", "li", "a", "strong"}:
            yield f"elements {set(markup.tags)}"
        for tag, name, value in markup.attributes:
            if name == "href" and not (value or "").startswith(("http://", "https://")):
                yield f"an address {value!r} in the content"
            if name not in ("href", "lang"):
                yield f"an attribute {name} at {tag}"


@every_feed
@every_form
def test_feeds_keep_our_own_rules(feed: Feed, form: str) -> None:
    assert list(faults(render(feed, SITE, form), form)) == []


@pytest.mark.parametrize(
    ("find", "put"),
    [
        ('href="https://moh.gov.vn/tin/bai-3.html"', 'href="/tin/bai-3.html"'),
        ("<published>2026-11-20T08:00:00", "<published>2026-11-21T08:00:00"),
        ("&lt;/ul&gt;", ""),
        ("<published>2026-10-21", "<published>1970-01-01"),
        ("story/00000000000000000002", "story/00000000000000000001"),
        (">Tiếp nhận 200 máy thở<", ">&lt;b&gt;Tiếp nhận<"),
        ("/feeds/health-cooperation.atom", "/feed.atom"),
        ('a href="https://moh', 'a onclick="x" href="https://moh'),
    ],
)
def test_our_rules_find_what_validators_do_not(find: str, put: str) -> None:
    raw = render(FEEDS["ordinary"], SITE, "atom").decode()
    broken = raw.replace(find, put).replace(find.replace('"', "&quot;"), put.replace('"', "&quot;"))
    assert broken != raw
    assert list(faults(broken.encode(), "atom"))


@every_feed
def test_content_is_the_same_after_a_sanitiser(feed: Feed) -> None:
    for item in json.loads(render(feed, SITE, "json"))["items"]:
        cleaned = nh3.clean(item["content_html"], link_rel=None, attributes={"a": {"href", "lang"}, "div": {"lang"}})
        assert _words(cleaned) == _words(item["content_html"])


# ── same archive, same bytes ───────────────────────────────────────────────────────────────────────────────


@every_form
def test_order_and_doubles_in_the_archive_change_no_byte(form: str) -> None:
    views = make_views()
    once = render(compose(everything(), views, SITE), SITE, form)
    for seed in range(5):
        shuffled = views + views[:2]
        random.Random(seed).shuffle(shuffled)
        assert render(compose(everything(), shuffled, SITE), SITE, form) == once


@every_form
def test_no_clock_and_no_locale_is_read(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*args: object) -> Any:
        raise AssertionError("the locale of the process was switched")

    before = render(FEEDS["ordinary"], SITE, form)
    monkeypatch.setattr(locale, "setlocale", refused)
    assert render(FEEDS["ordinary"], SITE, form) == before
    assert str(datetime.now(UTC).year + 0).encode() not in render(
        compose(everything(), [_in_2019()], SITE), SITE, form
    ).replace(b",2026:", b"")


@pytest.mark.parametrize("name", ["ordinary", "full", "empty", "withdrawn"])
@every_form
def test_golden_feeds(name: str, form: str) -> None:
    path = GOLDEN / f"{name}.{form}"
    rendered = render(FEEDS[name], SITE, form)
    if not path.exists():
        path.write_bytes(rendered)
        pytest.fail(f"{path.name} was missing and is written now; look at it, then keep it")
    assert rendered == path.read_bytes()


def test_the_stylesheet_is_named_before_the_root() -> None:
    for form in ("rss", "atom"):
        lines = render(FEEDS["ordinary"], SITE, form).decode().splitlines()
        assert lines[0].startswith("<?xml version='1.0' encoding='UTF-8'?>")
        assert lines[1] == '<?xml-stylesheet type="text/css" href="feed.css"?>'


def test_hub_source_and_languages_of_atom() -> None:
    hub = Site(url="https://news.example.org/health", authority="news.example.org", hub="https://hub.example.org/")
    root = etree.fromstring(render(FEEDS["full"], hub, "atom"))
    assert root.find(f"{ATOM}link[@rel='hub']").get("href") == "https://hub.example.org/"
    rss = etree.fromstring(render(FEEDS["full"], hub, "rss"))[0]
    assert rss.find(f"{ATOM}link[@rel='hub']").get("href") == "https://hub.example.org/"
    french = next(e for e in root.iter(f"{ATOM}entry") if "Lyon" in e.find(f"{ATOM}title").text)
    assert french.find(f"{ATOM}title").get("{http://www.w3.org/XML/1998/namespace}lang") == "fr"
    assert french.find(f"{ATOM}link[@rel='alternate']").get("hreflang") == "fr"
    source = french.find(f"{ATOM}source")
    assert [child.tag.removeprefix(ATOM) for child in source] == ["id", "title", "updated", "link"]


def test_a_withdrawn_story_is_a_tombstone_and_no_entry() -> None:
    root = etree.fromstring(render(FEEDS["withdrawn"], SITE, "atom"))
    (stone,) = root.findall("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
    assert stone.get("ref") == f"tag:news.example.org,2026:story/{9:020x}"
    assert stone.get("when") == "2026-11-20T11:00:00Z"
    assert stone.get("ref") not in [e.find(f"{ATOM}id").text for e in root.iter(f"{ATOM}entry")]


@every_form
def test_the_reason_stands_in_every_format(form: str) -> None:
    entries, _ = _read(render(FEEDS["ordinary"], SITE, form), form)
    japan = next(entry for entry in entries if "Nhật Bản" in entry["title"])
    for said in ("Agreement with Japan and WHO", "Japan", "World Health Organization", "tiếp Đại sứ Na Uy", "93 %"):
        assert said in japan["content"]
    assert "khai trương siêu thị" not in japan["content"]
    assert not re.search("weights|lexicon", japan["content"])  # versions are data, not words for readers
    assert "Vietnam, Japan sign vaccine agreement" in japan["content"]


def test_the_reason_is_data_in_json() -> None:
    items = json.loads(render(FEEDS["ordinary"], SITE, "json"))["items"]
    japan = next(item for item in items if "Nhật Bản" in item["title"])
    reason = japan["_healthwire"]["reason"]
    assert [partner["term"] for partner in reason["partners"]] == ["JP", "WHO"]
    assert reason["evidence"][0] == {"phrase": "tiếp Đại sứ Na Uy", "place": "title", "kind": "act", "weight": 2.1}
    assert japan["_healthwire"]["tellings"][0]["role"] == "the same story in another language"
    assert japan["_healthwire"]["revision"] == 3
    late = next(item for item in items if "Cuba" in item["title"])
    assert late["_healthwire"]["late"]
    assert "late" in late["tags"]


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="rss, atom, json"):
        render(FEEDS["empty"], SITE, "rdf")


def _in_2019() -> Any:
    then = datetime(2019, 5, 4, 3, 2, 1, tzinfo=UTC)
    document = make_document(published=Timestamp(at=then, precision=Precision.SECOND, zone_assumed=False))
    return make_view(1, link=make_telling(1, document=document, seen_at=then))


def _read(raw: bytes, form: str) -> tuple[list[dict[str, Any]], str]:
    """The entries of a feed in one shape, whatever its format, and the feed's address of itself."""
    if form == "json":
        feed = json.loads(raw)
        entries = [
            {
                "id": item["id"],
                "title": item["title"],
                "content": item["content_html"],
                "published": datetime.fromisoformat(item["date_published"]),
                "updated": datetime.fromisoformat(item["date_modified"]),
                "links": [item["url"], *(t["url"] for t in item["_healthwire"]["tellings"])],
            }
            for item in feed["items"]
        ]
        return entries, feed["feed_url"]
    read = feedparser.parse(raw, sanitize_html=False, resolve_relative_uris=False)
    entries = [
        {
            "id": entry.id,
            "title": _text(entry, raw, form, number),
            "content": entry.content[0].value if form == "atom" else entry.summary,
            "published": _moment(entry.published_parsed),
            "updated": _moment(entry.updated_parsed),
            "links": [link.href for link in entry.links],
        }
        for number, entry in enumerate(read.entries)
    ]
    return entries, next(link.href for link in read.feed.links if link.rel == "self")


def _text(entry: Any, raw: bytes, form: str, number: int) -> str:
    """The title as it stands in the XML; feedparser would read an RSS title as HTML."""
    root = etree.fromstring(raw)
    tag, name = (f"{ATOM}entry", f"{ATOM}title") if form == "atom" else ("item", "title")
    return list(root.iter(tag))[number].find(name).text or ""


def _moment(parsed: Any) -> datetime:
    return datetime(*parsed[:6], tzinfo=UTC)


def _words(markup: str) -> list[str]:
    return re.sub(r"\s+", " ", nh3.clean(markup, tags=set())).split()
