"""What a page says about itself: JSON-LD, OpenGraph, microdata and visible marks, weighed (pure)."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser

from pipeline.blocks import Outline
from pipeline.boilerplate import Body
from pipeline.repair import clean
from spiders.dates import read_timestamp
from storage.records import Timestamp


@dataclass(slots=True)
class Head:
    """The head of a page, unweighed."""

    title: str = ""
    metas: dict[str, list[str]] = field(default_factory=dict)
    canonical: str | None = None
    scripts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Facts:
    title: str
    published: Timestamp | None = None


def head(parser: LexborHTMLParser) -> Head:
    found = Head()
    top = parser.head
    node = top.first_child if top is not None else None
    while node is not None:
        tag = node.tag
        if tag == "meta":
            attributes = node.attributes
            name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
            content = attributes.get("content")
            if name and content:
                found.metas.setdefault(name.lower(), []).append(content)
        elif tag == "title" and not found.title:
            found.title = clean(node.text() or "")
        elif tag == "link":
            attributes = node.attributes
            if attributes.get("rel") == "canonical":
                found.canonical = attributes.get("href")
        elif tag == "script" and "ld+json" in (node.attributes.get("type") or ""):
            found.scripts.append(node.text() or "")
        node = node.next
    return found


def facts(head: Head, tree: Outline, body: Body, url: str, zone: ZoneInfo) -> Facts:
    title = (head.metas.get("og:title") or [head.title])[0]
    published = None
    for name in ("article:published_time", "datepublished"):
        for value in head.metas.get(name, ()):
            published = published or read_timestamp(value, zone)
    return Facts(clean(title), published)
