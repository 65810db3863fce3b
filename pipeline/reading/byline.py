"""Who wrote the article and which agency it came from: a person's or an agency's name, not the site's (pure)."""

import re

from pipeline.reading import press_marks
from pipeline.reading.blocks import Outline
from pipeline.reading.boilerplate import Body
from pipeline.reading.dating import DATED
from pipeline.reading.headline import position
from pipeline.reading.metadata import Head, Linked, site_names
from pipeline.reading.repair import clean

_NO_AUTHOR = re.compile(
    r"^(?:admin.*|administrator|editor.*|staff|webmaster|https?:.*|.*\.(?:com|vn|org).*|unknown|guest|by|null|none)$",
    re.I,
)
_BY = re.compile(
    r"^(?:by|bởi|tác giả|theo|par|por|von|author|written by|reported by|posted by|story by)\b\s*:?\s*", re.I
)


def byline(head: Head, data: Linked, tree: Outline, body: Body, url: str) -> tuple[str | None, str | None]:
    """The author and the agency that the page names."""
    candidates: list[str] = []
    if data.authors:
        candidates.append(", ".join(dict.fromkeys(data.authors[:4])))
    candidates += [
        clean(v)
        for n in ("author", "article:author", "dc.creator", "parsely-author", "byl", "sailthru.author")
        for v in head.metas.get(n, ())
    ]
    if body.kept:
        start, first, last = position(tree, body.kept[0]), body.kept[0], body.kept[-1]
        for index in (*range(max(0, start - 3), first), *range(last + 1, min(last + 6, len(tree.blocks)))):
            block = tree.blocks[index]
            text = block.text
            if 2 < len(text) < 100 and (
                _BY.match(text)
                or "author" in block.box.names
                or "byline" in block.box.names.lower()
                or block.box.itemprop in ("author", "name")
            ):
                candidates.append(_BY.sub("", text))
    sites = {name.lower() for name in site_names(head, url)}
    agency = None
    for candidate in candidates:
        person, source = press_marks.signature(candidate)
        agency = agency or source
        name = person or (None if source else candidate)
        if name:
            name = DATED.split(_BY.sub("", name))[0].strip(" |,·•-–—")
        if (
            name
            and 2 < len(name) < 100
            and name.lower() not in sites
            and not _NO_AUTHOR.match(name)
            and not name.startswith("http")
        ):
            return name, agency
    return None, agency
