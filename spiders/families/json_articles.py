"""JSON answers that hold articles: taken apart without trust, and laid out as HTML of our own."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from spiders.families.layout import Layout
from spiders.families.rows import LONGEST_PAGE, one_line, parse

DEEPEST = 8
CENTRED = 'p:has(img) + p[style*="center"]'
"""A centred paragraph right under a picture: how captions are written in an editor that has none."""


def laid_out(name: str) -> Layout:
    """The layout in which `page` lays an article out."""
    return Layout(
        name=name,
        title=("h1.wrapped-title",),
        lead=("div.wrapped-lead",),
        published=("time.wrapped-published",),
        modified=("time.wrapped-modified",),
        section=("p.wrapped-section",),
        body=("div.wrapped-body",),
        captions=("figcaption", ".caption", CENTRED, "table:has(img)"),
        drop=("script", "style", "form", "iframe"),
    )


def page(
    *,
    title: str,
    body: str,
    lead: str = "",
    published: str = "",
    modified: str = "",
    section: str = "",
    address: str | None = None,
    language: str | None = None,
) -> str:
    """An article as a page: `lead` and `body` are HTML (made whole here), the rest is text."""
    canonical = f'<link rel="canonical" href="{escape(address)}">' if address else ""
    lang = f' lang="{escape(language)}"' if language else ""
    parts = [
        f'<!doctype html><html{lang}><head><meta charset="utf-8"><title>{escape(title)}</title>{canonical}</head>',
        f'<body><article class="wrapped"><h1 class="wrapped-title">{escape(title)}</h1>',
        f'<p class="wrapped-section">{escape(section)}</p>' if section else "",
        f'<time class="wrapped-published">{escape(published)}</time>' if published else "",
        f'<time class="wrapped-modified">{escape(modified)}</time>' if modified else "",
        f'<div class="wrapped-lead">{whole(lead)}</div>' if lead.strip() else "",
        f'<div class="wrapped-body">{whole(body)}</div></article></body></html>',
    ]
    return "".join(parts)


def whole(fragment: str) -> str:
    """A fragment of HTML with every tag closed, so that it cannot end the element it is put into."""
    body = parse(fragment).body
    return (body.inner_html or "") if body is not None else ""


def plain(fragment: str) -> str:
    """The text of a fragment of HTML on one line."""
    body = parse(fragment).body
    return one_line(body.text(separator=" ")) if body is not None else ""


def loads(text: str) -> Any:
    """What a JSON text says; None where it is no JSON (an HTML page under status 200, for instance)."""
    text = text.lstrip("\ufeff \t\r\n")
    if not text.startswith(("{", "[")) or len(text) > LONGEST_PAGE:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def objects(answer: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """Every JSON object in an answer, outermost first, also where a string holds JSON (`{"d": "[…]"}`)."""
    if depth > DEEPEST:
        return
    if isinstance(answer, str) and answer[:1] in ("{", "["):
        answer = loads(answer)
    if isinstance(answer, dict):
        yield answer
        for value in answer.values():
            if isinstance(value, dict | list | str):
                yield from objects(value, depth + 1)
    elif isinstance(answer, list):
        for value in answer:
            yield from objects(value, depth + 1)


def text_of(value: Any) -> str:
    """A JSON value as text: strings and numbers; anything else is nothing."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
