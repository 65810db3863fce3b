"""An article in the page's own state: what scripts would have built the page from (pure).

Next, Nuxt, Apollo and plain assignments leave the article as JSON in a `<script>`. Of all objects in it the one with a
headline and most text of its own is the article; it comes back as HTML, which is then read like any page.
"""

import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from pipeline.reading.metadata import lenient

_LONGEST = 2_000_000  # characters of scripts that are looked at
_MOST = 20_000  # values of one state that are visited
_DEEPEST = 30
_LEAST = 120  # characters of text that make an object an article
_ASSIGNED = re.compile(r"(?:^|[;\s])(?:window|self|globalThis|var|let|const)[.\s\[][^=;{}\n]{1,80}=\s{0,5}(?=[\[{J])")
_PARSED = re.compile(r"JSON\.parse\(\s{0,5}(['\"`])")
_BODY = re.compile(r"body|content|text|detail|html|paragraphs?|blocks?|description|chapeau|main|story|article", re.I)
_NO_BODY = re.compile(
    r"url|href|slug|caption|alt|credit|author|byline|image|seo|meta|css|script|related|tags?\b|hot", re.I
)
_TITLE = ("headline", "title", "name", "heading")
_LEAD = ("lead", "sapo", "summary", "standfirst", "excerpt", "description", "dek", "abstract", "intro")
_DATE = re.compile(
    r"^_?(?:date_?published|publish(?:ed)?(?:_?(?:at|date|on|time))?|first_?published.*|publication_?date|publi(?:sh|c)_?time"
    r"|pub_?date|date|time|created(?:_?at)?|release_?date|display_?date|ngay_?dang)$",
    re.I,
)
_PICTURED = ("image", "img", "figure", "video", "embed", "ad", "gallery", "related", "caption")


def article(parser: LexborHTMLParser) -> str | None:
    """The article that the page's scripts hold, as HTML; None when none of them holds one."""
    best, best_length = None, _LEAST
    left = _LONGEST
    for node in parser.css("script"):
        source = (node.text() or "").strip()
        if len(source) < _LEAST or "ld+json" in (node.attributes.get("type") or ""):
            continue
        left -= len(source)
        if left < 0:
            break
        for value in _values(source):
            table = value if isinstance(value, dict) else {}
            for thing in _objects(value):
                found = _as_article(thing, table)
                if found is not None and found[0] > best_length:
                    best_length, best = found
    return best


def _values(source: str) -> Iterator[Any]:
    if source[:1] in "{[":
        yield _parsed(source)
        return
    for found in list(_ASSIGNED.finditer(source))[:10]:
        rest = source[found.end() :]
        quoted = _PARSED.match(rest)
        if quoted is None:
            yield _parsed(rest)
            continue
        end = rest.rfind(quoted[1] + ")")
        if end > quoted.end():
            inner = rest[quoted.end() : end]
            yield _parsed(re.sub(r"\\([\\'\"`/])", r"\1", inner))


def _parsed(text: str) -> Any:
    try:
        return json.JSONDecoder(strict=False).raw_decode(text)[0]
    except RecursionError:
        return None
    except ValueError:
        found = lenient(text.replace("!0", "true").replace("!1", "false"))
        return found[0] if isinstance(found, list) and found and text[:1] == "{" else found


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    queue: list[tuple[Any, int]] = [(value, 0)]
    seen = 0
    while queue and seen < _MOST:
        one, depth = queue.pop()
        seen += 1
        if isinstance(one, dict):
            yield one
            inner: list[Any] = list(one.values())
        elif isinstance(one, list):
            inner = one
        else:
            continue
        if depth < _DEEPEST:
            queue.extend((part, depth + 1) for part in inner[:500] if isinstance(part, dict | list))


def _as_article(thing: dict[str, Any], table: dict[str, Any]) -> tuple[int, str] | None:
    """The length of an object's text and the object as HTML, when it has a headline and text of its own."""
    title = next((text for key in _TITLE if isinstance(text := thing.get(key), str) and 8 < len(text) < 300), None)
    if title is None:
        return None
    lead = next((text for key in _LEAD if isinstance(text := thing.get(key), str) and len(text) > 20), "")
    body: list[str] = []
    for key, value in thing.items():
        if key in _TITLE or key in _LEAD or not _BODY.search(key) or _NO_BODY.search(key):
            continue
        parts = _paragraphs(value, table, 0)
        if sum(map(len, parts)) > sum(map(len, body)):
            body = parts
    length = sum(map(len, body))
    if length < _LEAST:
        return None
    if lead and any(lead in part for part in body):
        lead = ""
    stamp = next((text for key, value in thing.items() if _DATE.match(key) and (text := _moment(value))), "")
    return length, (
        f"<html><head><title>{html.escape(title)}</title>"
        f'<meta property="article:published_time" content="{html.escape(stamp)}"></head>'
        f"<body><h1>{html.escape(title)}</h1>"
        f"<article>{_marked(lead)}{''.join(map(_marked, body))}</article></body></html>"
    )


def _marked(text: str) -> str:
    if not text:
        return ""
    if "<" in text:
        return text if "<p" in text.lower() else f"<p>{text}</p>"
    return "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n") if part.strip())


def _paragraphs(value: Any, table: dict[str, Any], depth: int) -> list[str]:
    """The texts of a body, in order: a string, or a list of strings and of blocks."""
    if isinstance(value, str):
        return [value] if len(value) > 20 or " " in value else []
    if depth > 6:
        return []
    if isinstance(value, list):
        return [text for part in value[:500] for text in _paragraphs(part, table, depth + 1)]
    if isinstance(value, dict):
        if isinstance(value.get("__ref"), str):  # a normalised cache: the block stands elsewhere, under its name
            return _paragraphs(table.get(value["__ref"]), table, depth + 1)
        sort = str(value.get("type") or value.get("__typename") or value.get("kind") or "").lower()
        if sort.startswith(_PICTURED):
            return []
        keys = [key for key in value if _BODY.search(key) and not _NO_BODY.search(key)] or [
            key for key in ("value", "data", "children") if key in value
        ]
        parts = [text for key in keys[:5] for text in _paragraphs(value[key], table, depth + 1)]
        return ["".join(parts)] if sort in ("paragraph", "p") and len(parts) > 1 else parts
    return []


def _moment(value: Any) -> str:
    """A date as text; numbers are seconds or milliseconds of Unix time."""
    if isinstance(value, str):
        return value if any(map(str.isdigit, value)) else ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    seconds = value / 1000 if value > 1e11 else value
    return datetime.fromtimestamp(seconds, UTC).isoformat() if 6e8 < seconds < 4.1e9 else ""
