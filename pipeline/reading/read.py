"""Capture → Document: what a page says, its furniture left out (pure).

    text     = the bytes, decoded by evidence
    layout   = the family's, of the day of the capture: strict, body exactly once, else it is broken
    generic  = blocks and boxes, the box of greatest worth, cleaned      when there is no layout or it is broken
    facts    = headline, dates, byline … weighed from JSON-LD, metas and what the page shows
    outcome  = a Document with its confidence and doubts, or a Rejection with its cause

Any bytes at all end as one of the two; nothing is raised, and time and memory are bounded by the page's length.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser

from pipeline.reading import (
    boilerplate,
    caps,
    dating,
    layouts,
    metadata,
    press_marks,
    rejection,
    repair,
    state,
    textdump,
)
from pipeline.reading.blocks import Outline, outline, parse
from pipeline.reading.byline import byline as signed_as
from pipeline.reading.headline import headline
from pipeline.reading.language import language
from spiders.families import FAMILIES
from storage.records import Document, Hint, Image, NotArticle, Precision, Rejection, SiteMemory, Timestamp

if TYPE_CHECKING:
    from spiders.source import Source

LONGEST_PAGE = 10_000_000
"""Bytes of a page that are read; what stands beyond is no article any more."""

POOR = 250
"""Characters of prose below which a page is looked at again with nothing walked around."""

SITE_BLOCK = 3
"""A block that stands on this many distinct articles of a site is the site's and not the article's. Two copies
of one article share their paragraphs, so two is not enough."""

_PROSE = 80  # characters outside links from which a block is prose
_MUCH = 0.4  # of a page's prose: a memory that knows more of it knows the article
_MOST_BLOCKS = 4000  # that a site's memory learns from one page
_MOST_SIGNATURES = 3  # lines at an article's end that may sign it: author, photographer, agency
_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPage:
    """A page as it came: its bytes, what the server called them, when they were fetched (aware)."""

    url: str
    body: bytes
    content_type: str | None = None
    fetched_at: datetime | None = None
    hint: Hint | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came out, and what the page leaves behind for the site's memory.

    `texts` are all text blocks of the page. `disagreement` says in words that the family's layout did not fit and
    the generic reader was used.
    """

    outcome: Document | Rejection
    texts: tuple[str, ...] = ()
    disagreement: str | None = None

    @property
    def blocks(self) -> tuple[str, ...]:
        """Digests of the text blocks, each once, as a site's memory wants them; made only when asked for."""
        return tuple(dict.fromkeys(map(block_digest, self.texts)))


def read(page: RawPage, *, source: "Source | None" = None, memory: SiteMemory | None = None) -> Reading:
    """Read one page: HTML, the JSON of a portal whose family can unwrap it, or a text dump served as `text/plain`.

    Never raises, whatever the bytes.
    """
    return _read(page, source, memory)


def _read(page: RawPage, source: "Source | None", memory: SiteMemory | None, *, inner: bool = False) -> Reading:
    """`inner`: the page was made of what a page's scripts hold, and has no further one in it."""
    foreign = rejection.foreign(page.body[:64])
    if foreign is not None:
        return Reading(outcome=foreign)
    body = repair.utf8(page.body[:LONGEST_PAGE], page.content_type)
    if (page.content_type or "").lower().startswith("text/plain"):
        address = page.url if page.url.startswith(("http://", "https://")) else None
        return read_text(
            body.decode("utf-8", "replace"), url=address, source=source, memory=memory, now=page.fetched_at
        )
    body = repair.without_noncharacters(_unwrapped(body, source))
    unread = rejection.unread(body)
    if unread is not None:
        return Reading(outcome=unread)
    body, doubts = caps.markup(body)
    parser = parse(body)
    root = parser.body
    if root is None:
        return Reading(outcome=Rejection(cause=NotArticle.EMPTY, detail="no text at all"))
    tree = outline(root)
    if repair.is_broken_page(body) or repair.is_broken(" ".join([block.text for block in tree.blocks])):
        parser = parse(repair.mended(body.decode("utf-8", "replace")).encode("utf-8", "replace"))
        tree = outline(parser.body or root)
    head = metadata.head(parser)
    data = metadata.linked([*head.scripts, *tree.scripts])
    known = _known(tree, memory)
    zone = _zone(source, page.url)
    dates = dating.Dating(
        zone=zone, now=page.fetched_at, month_first=source is None and metadata.is_american(head, page.url)
    )

    places, disagreement = _by_layout(page, source, parser)
    if places is not None:
        shown = places.body
        main = boilerplate.main_text(shown, known=_known(shown, memory), strict=True, title=places.title)
        reader = places.layout
        title = places.title
    else:
        main = boilerplate.main_text(tree, known=known)
        if main.taken < POOR:  # so little that navigation may have been more than navigation
            tree = outline(parser.body or root, whole=True)
            main = boilerplate.main_text(tree, known=_known(tree, memory))
            if not inner and (held := state.article(parser)) is not None:
                # The scripts hold the article that the page would show.
                told = _read(replace(page, body=held.encode("utf-8", "replace")), source, memory, inner=True)
                if isinstance(told.outcome, Document) and _length(told.outcome) > main.taken:
                    return Reading(outcome=replace(told.outcome, reader="page state"), texts=told.texts)
        shown = tree
        reader = "generic"
        title = headline(head, data, tree, main, page.url, page.hint.title if page.hint else None)
        boilerplate.finish(tree, main, title)
        if disagreement:
            doubts.append(f"the layout does not fit: {disagreement}")

    paragraphs = boilerplate.paragraphs(shown, main)
    captions = [shown.blocks[index].text for index in main.captions]
    if places is not None:
        captions = [*places.captions, *captions]
        lead = places.lead
    else:
        lead = tree.blocks[main.lead].text if main.lead is not None else None
    byline, agency = signed_as(head, data, shown, main, page.url)
    if places is not None and places.byline:
        person, signed = press_marks.signature(places.byline)
        byline, agency = person or (None if signed else places.byline), signed or agency
    lead, paragraphs, signed_by, signed_for = _tidy(lead, paragraphs)
    byline, agency = signed_by or byline, signed_for or agency

    published = _first_read(places.published, dates) if places else None
    if published is None:
        dated = _published(page, dates, dating.published(head, data, shown, main, page.url, dates))
        published = dated.stamp
        doubts += [dated.doubt] if dated.doubt else []
    changed = _first_read(places.modified, dates) if places else None
    document = Document(
        title=title,
        lead=lead,
        paragraphs=tuple(paragraphs),
        captions=tuple(dict.fromkeys(captions)),
        published=published,
        modified=changed or dating.modified(head, data, shown, dates),
        byline=byline,
        agency=agency,
        section=(places.section if places else None) or metadata.section(head, data),
        tags=(places.tags if places else ()) or metadata.tags(head, data),
        language=language(" ".join([title, lead or "", *paragraphs])),
        canonical_url=metadata.address(head.canonical or head.meta("og:url"), page.url),
        image=_image(head, data, shown, main, captions, page.url),
        reader=reader,
        confidence=1.0,
    )
    document, cut = caps.article(document)
    outcome = rejection.judge(document, tree, main, head, data, by_layout=places is not None) or _sure(
        document, main, [*doubts, *cut], places is not None
    )
    texts = tuple([block.text for block in tree.blocks[:_MOST_BLOCKS]])
    return Reading(outcome=outcome, texts=texts, disagreement=disagreement)


def read_text(
    text: str,
    *,
    url: str | None = None,
    source: "Source | None" = None,
    memory: SiteMemory | None = None,
    now: datetime | None = None,
) -> Reading:
    """Read a text dump: a page as a crawler saw it, without tags. `now`: when it did (aware). Never raises."""
    text = repair.mended(text[:LONGEST_PAGE])
    zone = _zone(source, url or "", text)
    known: frozenset[str] = frozenset()
    if memory is not None:
        lines = list(dict.fromkeys(textdump.texts(text)))
        known = frozenset(lines[i] for i in _owned_by_site([(line, len(line) >= _PROSE) for line in lines], memory))
    dump = textdump.dissect(text, zone, known=known, url=url or "", now=now)
    seen = tuple(dump.lines)
    rejected = rejection.dump(dump)
    if rejected is not None:
        return Reading(outcome=rejected, texts=seen)
    lead, paragraphs, byline, agency = _tidy(dump.lead, dump.paragraphs)
    dated = dating.Dated(dump.published) if dump.published else dating.in_address(url or "", dating.Dating(zone, now))
    document = Document(
        title=dump.title,
        lead=lead,
        paragraphs=tuple(paragraphs),
        captions=tuple(dict.fromkeys(dump.captions)),
        published=dated.stamp,
        byline=dump.byline or byline,
        agency=dump.agency or agency,
        language=language(" ".join([dump.title, lead or "", *paragraphs])),
        canonical_url=url,
        reader="text dump",
        confidence=1.0,
    )
    document, doubts = caps.article(document)
    if not dump.ended:
        doubts.append("the end of the article is not marked")
    if dump.cut:
        doubts.append("the last paragraph is cut off")
    if dated.doubt:
        doubts.append(dated.doubt)
    return Reading(outcome=_sure(document, None, doubts, by_layout=False), texts=seen)


def _length(document: Document) -> int:
    return len(document.lead or "") + sum(map(len, document.paragraphs))


def _first_read(texts: Sequence[str], dates: dating.Dating) -> Timestamp | None:
    """The first of a layout's texts that is a date."""
    return next((stamp for text in texts if (stamp := dates.read(text))), None)


def _published(page: RawPage, dates: dating.Dating, found: dating.Dated) -> dating.Dated:
    """The publication date that the page was found to say; the listing's where it says none."""
    if found.stamp is not None or page.hint is None or page.hint.published_at is None:
        return found
    if not dates.is_possible(page.hint.published_at):
        return dating.Dated(None, f"the listing's date is impossible: {page.hint.published_at.date()}")
    stamp = Timestamp(at=page.hint.published_at, precision=Precision.MINUTE, zone_assumed=False)
    return dating.Dated(stamp, "the date of publication is the listing's")


def _unwrapped(body: bytes, source: "Source | None") -> bytes:
    """The HTML in a portal's JSON answer, where one of the source's families knows it; else the body as it is."""
    if source is None or body.lstrip()[:1] not in (b"{", b"["):
        return body
    text = body.decode("utf-8", "replace")
    for name in source.families:
        page = FAMILIES[name].unwrap(text)
        if page is not None:
            return page.encode("utf-8", "replace")
    return body


def _zone(source: "Source | None", url: str, text: str = "") -> ZoneInfo:
    """The zone to assume for dates that name none: the source's; Viet Nam's for its hosts and language."""
    if source is not None:
        return source.zone
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    if host.endswith(".vn") or not host or (text and language(text) == "vi"):
        return _ZONE
    return _UTC


def _by_layout(
    page: RawPage, source: "Source | None", parser: LexborHTMLParser
) -> tuple[layouts.Places | None, str | None]:
    """What the layout of the day found, or why none fits. Without a day of capture all layouts are tried."""
    known = source.layouts(page.url) if source is not None else ()
    if source is None or not known:
        return None, None
    fitting = known
    if page.fetched_at is not None:
        day = page.fetched_at.astimezone(source.zone).date()
        fitting = tuple(layout for layout in known if layout.covers(day))
        if not fitting:
            return None, f"{source.slug}: no layout for captures of {day}"
    complaints = []
    for layout in fitting:
        try:
            return layouts.apply(layout, parser), None
        except layouts.BrokenLayout as broken:
            complaints.append(str(broken))
    return None, "; ".join(complaints)


def _known(tree: Outline, memory: SiteMemory | None) -> frozenset[int]:
    """Blocks of a page that are the site's own, as its memory has it."""
    if memory is None:
        return frozenset()
    return _owned_by_site([(block.text, len(block.text) - block.links >= _PROSE) for block in tree.blocks], memory)


def _owned_by_site(texts: Sequence[tuple[str, bool]], memory: SiteMemory) -> frozenset[int]:
    """Which texts (each with whether it is prose) stand on `SITE_BLOCK` articles of the site, this one included.

    A page of which the memory knows little is new, and counts as one more article. One of which it knows much is
    in the memory already, or is a copy of an article that is: it is not counted again, and its own paragraphs are
    not taken from it however often the site tells them.
    """
    counts = [memory.blocks.get(block_digest(text), 0) for text, _ in texts]
    prose = [index for index, (_, is_prose) in enumerate(texts) if is_prose]
    much = _MUCH * sum(len(texts[index][0]) for index in prose)
    is_new = sum(len(texts[index][0]) for index in prose if counts[index]) <= much
    owned = {index for index, count in enumerate(counts) if count and count + is_new >= SITE_BLOCK}
    if sum(len(texts[index][0]) for index in prose if index in owned) > much:
        owned.difference_update(prose)
    return frozenset(owned)


def _tidy(lead: str | None, paragraphs: Sequence[str]) -> tuple[str | None, list[str], str | None, str | None]:
    """Take the newspaper's mark off the lead, signatures off the end, and the agency out of the dateline."""
    texts = list(paragraphs)
    byline = agency = None
    if lead:
        lead = press_marks.without_mark(lead)
    elif texts:
        texts[0] = press_marks.without_mark(texts[0])
    for _ in range(_MOST_SIGNATURES):
        if len(texts) < 2:
            break
        person, signed = press_marks.signature(texts[-1])
        if not person and not signed and press_marks.is_name(texts[-1]):
            person = texts[-1].strip(" .()")
        if not person and not signed:
            break
        byline, agency = byline or person, agency or signed
        texts.pop()
    if texts:
        texts[-1], signed = press_marks.without_end_mark(texts[-1])
        agency = agency or signed
    for text in (lead, texts[0] if texts else None):
        agency = agency or (press_marks.dateline_agency(text) if text else None)
    return lead, texts, byline, agency


def _image(
    head: metadata.Head,
    data: metadata.Linked,
    shown: Outline,
    main: boilerplate.Body,
    captions: Sequence[str],
    url: str,
) -> Image | None:
    """The lead image: the one the page names, else the first among the paragraphs, with the first caption."""
    inside = range(main.kept[0], main.kept[-1] + 1) if main.kept else range(0)
    first = next((picture.url for picture in shown.pictures if picture.position in inside), None)
    address = metadata.address(head.meta("og:image", "twitter:image") or data.image or first, url)
    if address is None:
        return None
    caption, credit = press_marks.split_credit(captions[0]) if captions else (None, None)
    return Image(url=address, caption=caption, credit=credit)


def _sure(document: Document, body: boilerplate.Body | None, doubts: Sequence[str], by_layout: bool) -> Document:
    """The document with its confidence, and what lowers it in words."""
    said = list(doubts)
    confidence = 1.0 - 0.15 * len(said)
    length = _length(document)
    if not document.title:
        confidence -= 0.35
        said.append("no headline")
    if document.published is None:
        confidence -= 0.15
        said.append("no date of publication")
    if length < 300:
        confidence -= 0.25
        said.append(f"only {length} characters of text")
    if not document.paragraphs:
        confidence -= 0.2
        said.append("nothing but a lead")
    if body is not None and not by_layout:
        if body.prose and body.taken < 0.5 * body.prose:
            confidence -= 0.15
            said.append(f"more than half of the page's prose stands elsewhere ({body.prose - body.taken} characters)")
        if body.listed > max(length, 1) * 0.5:
            confidence -= 0.15
            said.append("much of the article's box is links")
    if document.language is None and length > 100:
        confidence -= 0.05
        said.append("language not recognised")
    return replace(document, confidence=round(min(1.0, max(0.05, confidence)), 3), doubts=tuple(said))


def block_digest(text: str) -> str:
    """The name of a block of text in a site's memory: 16 hex digits."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def as_json(outcome: Document | Rejection) -> dict[str, Any]:
    """An outcome as plain JSON values: the fields of a Document, or `rejected` (the cause) and `detail`."""
    if isinstance(outcome, Rejection):
        return {"rejected": outcome.cause.value, "detail": outcome.detail}
    image = outcome.image
    return {
        "title": outcome.title,
        "published_at": _moment(outcome.published),
        "precision": outcome.published.precision.value if outcome.published else None,
        "zone_assumed": outcome.published.zone_assumed if outcome.published else None,
        "modified_at": _moment(outcome.modified),
        "lead": outcome.lead,
        "paragraphs": list(outcome.paragraphs),
        "captions": list(outcome.captions),
        "byline": outcome.byline,
        "agency": outcome.agency,
        "section": outcome.section,
        "tags": list(outcome.tags),
        "language": outcome.language,
        "canonical_url": outcome.canonical_url,
        "image": {"url": image.url, "caption": image.caption, "credit": image.credit} if image else None,
        "reader": outcome.reader,
        "confidence": round(outcome.confidence, 3),
        "doubts": list(outcome.doubts),
    }


def _moment(stamp: Timestamp | None) -> str | None:
    return stamp.at.isoformat() if stamp else None
