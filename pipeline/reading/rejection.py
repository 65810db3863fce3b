"""Not an article: listings, error pages under 200, login and block pages, shells, video pages (pure).

A refusal names its cause. Everything here asks for *two* pieces of evidence, what the page says and how little
prose it has, because an article may well be about a login or an error.
"""

import re
from collections.abc import Sequence

from pipeline.reading import scripts
from pipeline.reading.blocks import Block, Outline
from pipeline.reading.boilerplate import Body, trailing_teasers
from pipeline.reading.metadata import Head, Linked
from pipeline.reading.textdump import Dump
from storage.records import Document, NotArticle, Rejection

_LEAST = 90  # letters of a dump that has a headline and a date
_SHORT = 350  # characters of text below which what a page says of itself is believed
_SCANT = 250  # characters of text below which what its first blocks say is believed as well
_ENTRY = 30  # characters of a link that may be a headline

_ERROR = re.compile(
    r"\b(?:404|410|500|502|503|504)\b.{0,40}(?:not found|error|lỗi|unavailable|gateway)|(?:page|trang|article"
    r"|bài viết|content|nội dung|url)\b.{0,40}(?:not found|không tồn tại|không tìm thấy|no longer (?:exists"
    r"|available)|does not exist|doesn['’]t exist|has been (?:removed|deleted)|đã bị xóa)"
    r"|không tìm thấy (?:trang|bài|nội dung)|not found|internal server error|bad gateway"
    r"|service (?:temporarily )?unavailable|lỗi hệ thống|đã xảy ra lỗi|error 4\d\d|lỗi 404|page introuvable"
    r"|página no encontrada|страница не найдена",
    re.I,
)
_LOGIN = re.compile(
    r"access denied|forbidden|captcha|are you (?:a robot|human)|verify(?:ing)? (?:that )?you are (?:a )?human"
    r"|just a moment|attention required|checking your browser|unusual traffic|request (?:was )?blocked"
    r"|you have been blocked|enable cookies|security check|ddos protection|log ?in to (?:continue|your account"
    r"|view)|sign in to (?:continue|your account|view)|please (?:log|sign) in|^(?:log ?in|sign ?in|đăng nhập)\b"
    r"|vui lòng đăng nhập|truy cập bị từ chối|bạn không có quyền",
    re.I,
)
_SCRIPTED = re.compile(
    r"(?:enable|requires?|turn on|bật|without) (?:your )?javascript|javascript (?:is )?(?:disabled|required)"
    r"|loading|đang tải|please wait",
    re.I,
)
_FEED = re.compile(r"(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--[^>]{0,300}-->\s*)?<(?:rss|feed|urlset|sitemapindex|rdf:RDF)\b")
_FILES = (
    (b"%PDF", "a PDF file"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"\x1f\x8b", "gzip data"),
    (b"{\\rtf", "an RTF document"),
)


def foreign(start: bytes) -> Rejection | None:
    """A refusal for the beginning of a file that is no page at all."""
    kind = next((name for magic, name in _FILES if start.startswith(magic)), None)
    return Rejection(cause=NotArticle.BROKEN, detail=f"{kind}, not a page") if kind else None


def unread(body: bytes) -> Rejection | None:
    """A refusal for UTF-8 that is no HTML: nothing, a feed, JSON that no family unwrapped."""
    start = body[:2000].decode("utf-8", "ignore").strip("\ufeff \t\r\n\x00")
    if not start and not body.strip(b" \t\r\n\x00"):
        return Rejection(cause=NotArticle.EMPTY, detail="an empty answer")
    if _FEED.match(start):
        return Rejection(cause=NotArticle.LISTING, detail="a feed or sitemap")
    if start[:1] in ("{", "[") and start[1:].lstrip()[:1] in ('"', "{", "[", "}", "]"):
        return Rejection(cause=NotArticle.BROKEN, detail="JSON that is no article of a known portal")
    return None


def judge(
    document: Document, tree: Outline, body: Body, head: Head, data: Linked, *, by_layout: bool
) -> Rejection | None:
    """A refusal for a page that was read but is no article, or None."""
    length = len(document.lead or "") + sum(map(len, document.paragraphs))
    titles = " · ".join(filter(None, (document.title, head.title)))
    if length < _SHORT and not by_layout:
        opening = " ".join([titles, *_shown(tree, body)])[:1200]
        if _ERROR.search(titles) or (length < _SCANT and _ERROR.search(opening)):
            return Rejection(cause=NotArticle.ERROR, detail=f"says of itself: {titles[:120] or opening[:120]}")
        if _LOGIN.search(titles) or (length < _SCANT and _LOGIN.search(opening)):
            return Rejection(cause=NotArticle.LOGIN, detail=f"says of itself: {titles[:120] or opening[:120]}")
    if length == 0:
        if _is_video(head, data):
            return Rejection(cause=NotArticle.MEDIA, detail="a video without text")
        links = sum(block.links for block in tree.blocks)
        if len(tree.blocks) > 20 and links > 400:
            return Rejection(cause=NotArticle.LISTING, detail=f"{len(tree.blocks)} entries and no article among them")
        shown = " ".join(block.text for block in tree.blocks[:20])
        if head.scripts or _SCRIPTED.search(shown) or document.title:
            return Rejection(cause=NotArticle.SHELL, detail="no text until scripts run")
        return Rejection(cause=NotArticle.EMPTY, detail="no text at all")
    if length < _SHORT and _is_video(head, data):
        return Rejection(cause=NotArticle.MEDIA, detail=f"a video with {length} characters of text")
    if not by_layout and _is_listing(document, tree, body, head, data, length):
        return Rejection(
            cause=NotArticle.LISTING,
            detail=f"{_entries(tree.blocks)} linked headlines and {length} characters of running text",
        )
    return None


def _shown(tree: Outline, body: Body) -> list[str]:
    """The first texts of a page that are not furniture."""
    out = body.out or [False] * len(tree.blocks)
    return [block.text for block, gone in zip(tree.blocks[:40], out, strict=False) if not gone][:12]


def _is_video(head: Head, data: Linked) -> bool:
    return "video" in (head.meta("og:type") or "") or ("VideoObject" in data.kinds and data.headline is None)


def _entries(blocks: Sequence[Block]) -> int:
    """How many blocks are links of a headline's length."""
    return sum(1 for block in blocks if block.links >= _ENTRY and block.links >= 0.8 * len(block.text))


def _is_listing(document: Document, tree: Outline, body: Body, head: Head, data: Linked, length: int) -> bool:
    """Whether a page is many linked headlines with little under them; one that calls itself an article is none."""
    entries = _entries(tree.blocks)
    if data.headline or head.meta("article:published_time") or head.meta("og:type") == "article":
        return False
    teasers = trailing_teasers(tree.blocks, body.kept)
    if teasers >= 2 and teasers == len(body.kept) and not any(box.tag == "h1" for box in tree.boxes):
        return True
    if entries < 8 or length > 6000 or max(map(len, document.paragraphs), default=0) > 350:
        return False
    prose = [p for p in document.paragraphs if len(p) > 150]
    inside = _entries(tree.blocks[body.container.first : body.container.end])
    # The text of a listing is its summaries: each stands under a linked headline of its own.
    return (inside >= 8 and inside >= len(document.paragraphs)) or (length < 400 and not prose and entries >= 15)


def dump(found: Dump) -> Rejection | None:
    """A refusal for a text dump in which no article was found."""
    length = sum(map(scripts.length, (found.lead or "", *found.paragraphs)))
    if found.listing:
        return Rejection(cause=NotArticle.LISTING, detail="summaries, each under a headline of its own")
    if not found.lines:
        return Rejection(cause=NotArticle.EMPTY, detail="an empty dump")
    opening = " ".join([found.title, *found.lines[:8]])[:600]
    if length < _SHORT:
        if _ERROR.search(opening):
            return Rejection(cause=NotArticle.ERROR, detail=f"says of itself: {found.lines[0][:120]}")
        if _LOGIN.search(opening):
            return Rejection(cause=NotArticle.LOGIN, detail=f"says of itself: {found.lines[0][:120]}")
    if length < (_LEAST if found.title and found.published else 150):
        if found.dated >= 4 or len(found.lines) > 25:
            return Rejection(
                cause=NotArticle.LISTING, detail=f"{len(found.lines)} lines and no running text among them"
            )
        return Rejection(cause=NotArticle.EMPTY, detail=f"{length} characters of running text")
    return None
