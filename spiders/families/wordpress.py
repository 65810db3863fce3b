"""WordPress: partner ministries, agencies and embassies.

Articles are `/{year}/{month}/[{day}/]{slug}/`, `/{slug}/` or `?p={number}`. The three are not known to be one
page without asking the site, so each is an id of its own. Lists come as pages and from `/wp-json/wp/v2/posts`,
whose single posts are unwrapped too. Theme classes are those of the default themes.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import SplitResult, parse_qsl, unquote
from zoneinfo import ZoneInfo

from spiders.dates import read_timestamp
from spiders.families.family import Family, Link
from spiders.families.json_articles import laid_out, loads, page, plain, text_of
from spiders.families.layout import Layout
from spiders.families.rows import Rows, parse
from spiders.urls import absolute

_dated = re.compile(r"^/(?P<id>(?:[a-z]{2}/)?[0-9]{4}/[0-9]{2}/(?:[0-9]{2}/)?[^/]+)/?$")
_named = re.compile(r"^/(?P<id>(?:[a-z]{2}/)?(?!wp-|feed$|page$|author$|category$|tag$)[^/.]+-[^/.]+-[^/.]+)/?$")
_UTC = ZoneInfo("UTC")


class WordPress(Family):
    name = "wordpress"
    layouts: ClassVar = (
        Layout(
            name="wordpress/2010",
            title=("h1.entry-title", "h1.post-title", "article h1", "h1"),
            published=(
                "time.entry-date@datetime",
                "time.published@datetime",
                'meta[property="article:published_time"]@content',
                ".entry-date",
            ),
            modified=("time.updated@datetime", 'meta[property="article:modified_time"]@content'),
            byline=(".entry-meta .author a", ".entry-meta .author", ".byline .author"),
            section=(".cat-links a", 'meta[property="article:section"]@content'),
            tags=(".tags-links a", '[rel="tag"]'),
            body=(".entry-content", ".post-content"),
            captions=("figcaption", ".wp-caption-text"),
            drop=(
                ".sharedaddy",
                ".jp-relatedposts",
                ".yarpp-related",
                ".wp-block-embed",
                ".post-navigation",
                ".addtoany_share_save_container",
                "script",
                "style",
                "iframe",
                "form",
            ),
        ),
        laid_out("wordpress/json"),
    )
    listings: ClassVar = (
        Rows(
            row="article.post, article.type-post, .hentry",
            link=(".entry-title a", "h2 a"),
            title=(".entry-title a", "h2 a"),
            published=("time.entry-date@datetime", "time@datetime", ".entry-date"),
            section=(".cat-links a",),
            summary=(".entry-summary", ".entry-content p"),
        ),
    )

    def native_id(self, url: SplitResult) -> str | None:
        if url.path in ("", "/"):
            number = dict(parse_qsl(url.query)).get("p", "")
            return f"p={number}" if re.fullmatch(r"[0-9]{1,10}", number) else None
        path = unicodedata.normalize("NFC", unquote(url.path))
        match = _dated.match(path) or _named.match(path)
        return match["id"].lower() if match else None

    def links(self, text: str, url: str, zone: ZoneInfo) -> list[Link]:
        answer = loads(text)
        if answer is None:
            return super().links(text, url, zone)
        return self.once(_posts(answer, url, zone))

    def next_page(self, text: str, url: str) -> str | None:
        tree = parse(text)
        for selector in ("a.next.page-numbers[href]", ".nav-previous a[href]", 'link[rel="next"][href]'):
            anchor = tree.css_first(selector)
            if anchor is not None:
                return absolute(url, anchor.attributes.get("href"))
        return None

    def unwrap(self, text: str) -> str | None:
        post = loads(text)
        if not isinstance(post, dict) or "content" not in post:
            return None
        published = f"{text_of(post['date_gmt'])}Z" if post.get("date_gmt") else text_of(post.get("date"))
        return page(
            title=plain(_rendered(post, "title")),
            body=_rendered(post, "content"),
            published=published,
            modified=f"{text_of(post['modified_gmt'])}Z" if post.get("modified_gmt") else "",
            address=text_of(post.get("link")) or None,
        )


def _posts(answer: object, url: str, zone: ZoneInfo) -> Iterator[Link]:
    for post in answer if isinstance(answer, list) else ():
        if not isinstance(post, dict):
            continue
        address = absolute(url, text_of(post.get("link")))
        if address is None:
            continue
        published = read_timestamp(f"{text_of(post.get('date_gmt'))}Z", _UTC) if post.get("date_gmt") else None
        yield Link(
            url=address,
            title=plain(_rendered(post, "title")) or None,
            published=published or read_timestamp(text_of(post.get("date")), zone),
            summary=plain(_rendered(post, "excerpt")) or None,
        )


def _rendered(post: Mapping[str, Any], field: str) -> str:
    value = post.get(field)
    return text_of(value.get("rendered")) if isinstance(value, dict) else text_of(value)
