"""Feeds and sitemaps as the sites serve them, quirks included. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from spiders.replica.answers import esc


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An article as a feed or a sitemap names it; `published` is local time with its offset."""

    url: str
    title: str
    lead: str
    image: str
    published: datetime
    modified: datetime
    paragraphs: tuple[str, ...] = ()


def rfc822(at: datetime) -> str:
    return format_datetime(at)


def short_zone(at: datetime) -> str:
    """An offset of two digits, which RFC 822 does not know: `Mon, 05 Oct 2026 11:07:00 +07`."""
    return format_datetime(at).removesuffix("00")


def entities(text: str) -> str:
    """Every letter beyond ASCII as a numeric entity, as the VCCorp sites write their text."""
    return esc(text).encode("ascii", "xmlcharrefreplace").decode()


def linked_description(entry: Entry) -> str:
    """The common Vietnamese shape: linked image, a wrong `</br>`, text."""
    picture = f'<a href="{entry.url}"><img src="{entry.image}" ></a></br>'
    return f"<![CDATA[{picture}{entry.lead}]]>"


def rss(
    entries: Iterable[Entry],
    *,
    title: str,
    link: str,
    date: Callable[[datetime], str] | None = rfc822,
    write: Callable[[str], str] = lambda text: f"<![CDATA[{text}]]>",
    describe: Callable[[Entry], str] = linked_description,
    content: Callable[[Entry], str] | None = None,
    declaration: str = '<?xml version="1.0" encoding="utf-8"?>',
    comments: bool = False,
) -> str:
    """An RSS 2.0 feed. Without `date` it carries no dates; `content` adds the whole article."""
    spaces = ' xmlns:content="http://purl.org/rss/1.0/modules/content/"' if content else ""
    spaces += ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/"' if comments else ""
    items = []
    for entry in entries:
        lines = [f"<title>{write(entry.title)}</title>", f"<link>{esc(entry.url)}</link>"]
        lines.append(f"<guid>{esc(entry.url)}</guid>")
        if date is not None:
            lines.append(f"<pubDate>{date(entry.published)}</pubDate>")
        lines.append(f"<description>{describe(entry)}</description>")
        if content is not None:
            lines.append(f"<content:encoded><![CDATA[{content(entry)}]]></content:encoded>")
        if comments:
            lines.append("<slash:comments>0</slash:comments>")
        items.append("<item>\n  " + "\n  ".join(lines) + "\n</item>")
    body = "\n".join(items)
    return (
        f'{declaration}\n<rss version="2.0"{spaces}>\n<channel>\n<title>{write(title)}</title>\n'
        f"<link>{esc(link)}</link>\n<description>{write(title)}</description>\n{body}\n</channel>\n</rss>\n"
    )


def news_sitemap(entries: Iterable[Entry], *, name: str, language: str) -> str:
    """A Google News sitemap with CDATA titles."""
    urls = "\n".join(
        f"<url><loc>{esc(e.url)}</loc><news:news><news:publication><news:name>{esc(name)}</news:name>"
        f"<news:language>{language}</news:language></news:publication>"
        f"<news:publication_date>{e.published.isoformat()}</news:publication_date>"
        f"<news:title><![CDATA[{e.title}]]></news:title></news:news>"
        f"<image:image><image:loc>{esc(e.image)}</image:loc><image:caption><![CDATA[{e.title}]]></image:caption>"
        f"</image:image></url>"
        for e in entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
        f' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">\n{urls}\n</urlset>\n'
    )


def sitemap(urls: Iterable[str], *, rebuilt: datetime) -> str:
    """A plain sitemap; `lastmod` is when it was rebuilt, the same for every address."""
    rows = "\n".join(f"<url><loc>{esc(u)}</loc><lastmod>{rebuilt.isoformat()}</lastmod></url>" for u in urls)
    return _xml("urlset", rows)


def sitemap_index(urls: Sequence[str], *, rebuilt: datetime) -> str:
    rows = "\n".join(f"<sitemap><loc>{esc(u)}</loc><lastmod>{rebuilt.isoformat()}</lastmod></sitemap>" for u in urls)
    return _xml("sitemapindex", rows)


def _xml(root: str, rows: str) -> str:
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{space}">\n{rows}\n</{root}>\n'
