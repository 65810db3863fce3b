"""When an article was published and last changed, of all the days that a page names (pure).

    stated   = JSON-LD, metas and microdata: exact, but some are a page's last build and not the article's day
    shown    = dates beside the headline, then at the text's foot, then in boxes that are named as a date
    address  = a day in the address, or the time in an id

What is stated counts, except where what is shown says better: a statement that is no earlier than the page's last
change, or that is of the page rather than of its article, gives way to an earlier day beside the headline; and a
moment in universal time is told in the day that the page shows for it. A date of a list of other stories, of a
comment, or of today is never the article's.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from pipeline.reading.blocks import Block, Box, Moment, Outline, ancestors
from pipeline.reading.boilerplate import Body
from pipeline.reading.element_names import Meaning
from pipeline.reading.headline import position
from pipeline.reading.metadata import Head, Linked
from spiders.dates import created_by_id, read_timestamp
from storage.records import Precision, Timestamp

_PUBLISHED_METAS = """
    article:published_time article:published datepublished og:published_time og:article:published_time
    article.published publishdate publish-date publish_date publication_date published_time pubdate
    parsely-pub-date sailthru.date cxenseparse:recs:publishtime dc.date.issued dcterms.issued dc.issued
    dcterms.created dc.date dcterms.date dc.date.created date article_date_original originalpublicationdate ptime
    citation_publication_date citation_date citation_online_date prism.publicationdate article:post_date
    datecreated created rnews:datepublished cse_pubdate bt:pubdate displaydate article-publish-date pub_date
    publisheddate published_date published-date published_at dc.date.published rbpubdate
    mediator_published_time
"""
_PUBLISHED = tuple(_PUBLISHED_METAS.split())
_MODIFIED_METAS = """
    article:modified_time datemodified og:updated_time lastmod last-modified dcterms.modified dc.date.modified
    article:modified og:modified_time
"""
_MODIFIED = tuple(_MODIFIED_METAS.split())
DATED = re.compile(r"\d{1,4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,4}|\b(?:19|20)\d{2}\b")
"""What a text holds that may hold a date with its year."""
_URL_DAY = re.compile(r"/((?:19|20)\d{2})[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/\-_.]|$)")
_URL_DAY_WORDS = re.compile(
    r"/((?:19|20)\d{2})/(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/(0?[1-9]|[12]\d|3[01])(?=/)", re.I
)
_URL_ID = re.compile(r"-(\d{17,18})\.(?:html?|chn)\b")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_PUBLICATION = re.compile(
    r"(?:first |date ?|post(?:ed)?-?(?:date|on)?|entry-date )?(?:publish(?:ed)?|pubdate|posted on|entry-date"
    r"|post-date|blogpost-date|ngày đăng|đăng ngày|xuất bản)\b",
    re.I,
)
_LABEL = re.compile(r"(?:date )?(?:first )?(?:published|posted|publication date|ngày đăng)(?: on| date)?\s*:?", re.I)
_UPDATED = re.compile(r"updat|modif|cập nhật|mis à jour|actualiz|review|edited|last chec|fact.?check", re.I)
_TODAY = re.compile(r"today|current-?(?:date|time)|clock", re.I)
_ZONE_NAME = re.compile(r"(?<=\d) [A-Z]{3,5}$")
_PARTS = re.compile(
    r"[|•·;]|(?=\b(?:last |first )?(?:updated|modified|reviewed|published|posted)\b)|"
    r"(?=\b(?:cập nhật|ngày đăng|đăng|xuất bản)\b)"
    r"|(?<=\d{4})\s*[,–—-]\s(?=[^\W\d_])",
    re.I,
)
_SAID_PUBLISHED = re.compile(r"publish|post|đăng|xuất bản|publié|опублик", re.I)

_AROUND = 25  # blocks
_BEHIND = 10
_LINE = 160  # characters of a line that may be a byline with its date
_PLAIN = 60  # characters of one that is little else than its date
_LINKED = 24  # characters of a date that is a link itself, to all of that day
_FIRST_YEAR = 1990
_FAR = timedelta(hours=14)  # no zone is farther from universal time


@dataclass(slots=True)
class Dating:
    """How this page's dates are to be read: the zone to assume, the day of the capture, month before day."""

    zone: ZoneInfo
    now: datetime | None
    month_first: bool = False
    refused: date | None = None  # the day of the last statement that was impossible

    def read(self, text: str) -> Timestamp | None:
        """The moment a text states, when an article may have been published then."""
        text = text.strip()
        stamp = self._machine(text) or read_timestamp(text, self.zone, now=self.now, month_first=self.month_first)
        if stamp is None and len(text) < _LINE and (named := _ZONE_NAME.search(text)):
            # A zone that has several meanings (`IST`): the day stands, the hour does not.
            stamp = read_timestamp(text[: named.start()], self.zone, now=self.now, month_first=self.month_first)
            stamp = replace(stamp, precision=Precision.DAY) if stamp else None
        if stamp is None:
            return None
        if not self.is_possible(stamp.at):
            self.refused = stamp.at.date()
            return None
        return stamp

    def is_possible(self, at: datetime) -> bool:
        """The one check that every date passes, whoever states it: not before the web, and not after the capture by
        more than a zone."""
        return at.year >= _FIRST_YEAR and (self.now is None or at <= self.now + _FAR)

    def _machine(self, text: str) -> Timestamp | None:
        """ISO 8601 with a time, the commonest machine form."""
        if len(text) < 16 or text[4:5] != "-" or not text[:4].isdigit() or text[10:11] not in ("T", " "):
            return None
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return None
        assumed = at.tzinfo is None
        if assumed:
            at = at.replace(tzinfo=self.zone)
        try:
            at.astimezone(UTC)
        except (OverflowError, ValueError):
            return None
        return Timestamp(
            at=at, precision=Precision.SECOND if len(text) >= 19 else Precision.MINUTE, zone_assumed=assumed
        )


@dataclass(frozen=True, slots=True)
class Dated:
    """A publication time, and why it is doubted (in words; None where it is not)."""

    stamp: Timestamp | None
    doubt: str | None = None


def published(head: Head, data: Linked, tree: Outline, body: Body, url: str, dating: Dating) -> Dated:
    """When the article was published, as far as the page says."""
    page = _Page(tree, body, dating)
    dating.refused = None
    stated, of_page = _stated(head, data, tree, dating)
    refused = dating.refused
    if stated is None:
        dated = page.shown() or in_address(url, dating)
        return (
            replace(dated, doubt=f"the page states an impossible day of publication: {refused}") if refused else dated
        )
    changed = modified(head, data, tree, dating)
    if of_page or (changed is not None and stated.at >= changed.at):
        shown = page.earlier(stated)
        if shown is not None:
            return Dated(shown, f"the page's data give {stated.at.date()} as the day of publication")
    if _is_universal(stated):
        for day in (*page.days_shown(), _address_day(url, dating)):
            if day is not None and (told := _told_on(stated, day, dating.zone)) is not None:
                return Dated(told)
    return Dated(stated)


def modified(head: Head, data: Linked, tree: Outline, dating: Dating) -> Timestamp | None:
    """When the page says that the article was last changed."""
    micro = {name.lower(): value for name, value in reversed(tree.metas)}
    metas = (value for name in _MODIFIED for value in head.metas.get(name, ()))
    return _first(dating, data.modified, *metas, micro.get("datemodified"))


def _stated(head: Head, data: Linked, tree: Outline, dating: Dating) -> tuple[Timestamp | None, bool]:
    """The first statement for machines that can be read, and whether only the page's own entry (not the article's)
    makes it."""
    micro = {name.lower(): value for name, value in reversed(tree.metas)}
    named = [value for name in _PUBLISHED for value in head.metas.get(name, ())]
    own = None if data.dated_as_page else data.published
    stamp = _first(dating, own, *named, micro.get("datepublished"), micro.get("article:published_time"))
    if data.dated_as_page and data.published and (of_page := dating.read(data.published)) is not None:
        # The more exact of two that agree, and the entry alone where there is no other.
        return of_page, stamp is None or stamp.at.date() != of_page.at.date()
    return stamp, False


def _first(dating: Dating, *statements: str | None) -> Timestamp | None:
    return next((stamp for text in statements if text and (stamp := dating.read(text)) is not None), None)


# ── Universal time and the day shown ───────────────────────────────────────────────────────────────────────


def _is_universal(stamp: Timestamp) -> bool:
    return not stamp.zone_assumed and stamp.precision is not Precision.DAY and not stamp.at.utcoffset()


def _told_on(stamp: Timestamp, day: date, zone: ZoneInfo) -> Timestamp | None:
    """The same moment, told in a zone where it is of that day; None when it is of that day in none.

    The zone is the site's where that is known, else the one nearest to Greenwich. The moment stays as stated; only
    the zone is ours (`zone_assumed`).
    """
    if stamp.at.date() == day:
        return stamp
    anywhere = (timezone(timedelta(hours=sign * hours)) for hours in range(1, 15) for sign in (1, -1))
    zones: Iterable[tzinfo] = anywhere if zone.key == "UTC" else (zone,)
    at = next((local for one in zones if (local := stamp.at.astimezone(one)).date() == day), None)
    return replace(stamp, at=at, zone_assumed=True) if at else None


def _is_near(stamp: Timestamp, day: date) -> bool:
    """Whether a moment is of that day somewhere on earth."""
    return (stamp.at - _FAR).date() <= day <= (stamp.at + _FAR).date()


# ── What the page shows ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Sign:
    """A date on the page: whether it calls itself an update's, and whether it is little else than a date."""

    stamp: Timestamp
    updated: bool
    plain: bool


class _Page:
    """The dates that a page shows, by where they stand. Each place is looked at when it is asked for."""

    def __init__(self, tree: Outline, body: Body, dating: Dating) -> None:
        self.tree, self.body, self.dating = tree, body, dating
        self.first = body.kept[0] if body.kept else 0
        self.start = position(tree, self.first)

    def shown(self) -> Dated | None:
        """The date of an article of which no machine-readable statement speaks."""
        if not self.body.kept:
            return None
        updated = told = None
        for signs in (self.at_head(), self.at_foot()):
            for sign in signs:
                if not sign.updated and not sign.plain:
                    told = told or sign.stamp  # a sentence: the day may be its subject's
                    continue
                if not sign.updated:
                    return Dated(sign.stamp)
                updated = updated or sign.stamp
            if updated is not None:
                break
        said = self.said_published()
        if said is not None:
            return Dated(said)
        named = list(self.named())
        aside = None if updated else _agreed(sign.stamp for sign in named if not sign.updated)
        if aside is not None:
            return Dated(aside, "the date of publication stands away from the headline")
        if told is not None:
            return Dated(told, "the date of publication is one that the text names")
        updated = updated or _agreed(sign.stamp for sign in named if sign.updated)
        return Dated(updated, "the date of publication is that of an update") if updated else None

    def earlier(self, stated: Timestamp) -> Timestamp | None:
        """A day beside the headline, or one that calls itself the publication's, before the one that is stated."""
        if not self.body.kept:
            return None
        below = self.at_head(above=False, in_text=False)
        shown = _agreed(s.stamp for s in below if s.plain and not s.updated) or self.said_published(near=True)
        if shown is None or shown.at.date() >= stated.at.date() or _is_near(stated, shown.at.date()):
            return None
        return shown

    def days_shown(self) -> list[date]:
        """The days of publication that the page shows around its headline; one that names its zone is no evidence."""
        if not self.body.kept:
            return []
        signs = self.at_head(in_text=False)
        return [s.stamp.at.date() for s in signs if s.plain and not s.updated and s.stamp.zone_assumed]

    def at_head(self, *, above: bool = True, in_text: bool = True) -> Iterator[_Sign]:
        """Dates between the headline and the text, right above the headline, and in the first lines of the text."""
        start, first = self.start, self.first
        places = [(start, first), *([(start - 6, start)] if above else []), *([(first, first + 3)] if in_text else [])]
        for low, high in places:
            for moment in self.tree.moments:
                if low <= moment.position <= high:
                    yield from self._of_moment(moment)
            for index in range(max(low, 0), min(high, len(self.tree.blocks))):
                yield from self._of_block(index)

    def at_foot(self) -> Iterator[_Sign]:
        """Dates right behind the text that are not another story's."""
        last = self.body.kept[-1]
        end = min(last + 6, self.body.container.end + 4)
        for moment in self.tree.moments:
            if last <= moment.position <= end and not self._is_others(moment):
                yield from self._of_moment(moment)
        for index in range(last, min(end, len(self.tree.blocks))):
            if not self.body.out[index]:
                yield from self._of_block(index)

    def said_published(self, *, near: bool = False) -> Timestamp | None:
        """A date that calls itself the publication's, wherever it stands or `near` the text; None when two disagree."""
        if near:
            return _agreed(self._said_published(max(0, self.start - 6), self.body.kept[-1] + _BEHIND))
        return _agreed(self._said_published(0, len(self.tree.blocks)))

    def _said_published(self, low: int, high: int) -> Iterator[Timestamp]:
        for moment in self.tree.moments:
            if not low <= moment.position <= high:
                continue
            names = f"{moment.box.names} {moment.itemprop} {moment.names}"
            if _PUBLICATION.search(names) and not self._is_others(moment):
                yield from (sign.stamp for sign in self._of_moment(moment) if not sign.updated)
        blocks = self.tree.blocks
        for index, block in enumerate(blocks[low:high], start=low):
            if len(block.text) < 80 and DATED.search(block.text):
                labelled = index and len(block.text) < _PLAIN and _LABEL.fullmatch(blocks[index - 1].text)
                if labelled or _PUBLICATION.match(block.text):
                    yield from (sign.stamp for sign in self._of_block(index) if not sign.updated)

    def named(self) -> Iterator[_Sign]:
        """Dates in boxes that are named as a byline or date, around the beginning of the article."""
        low, high = max(0, self.start - _AROUND), self.first + _AROUND
        for moment in self.tree.moments:
            if low <= moment.position <= high and moment.box.hint & Meaning.META and not self._is_others(moment):
                yield from self._of_moment(moment)
        for index, block in enumerate(self.tree.blocks[low:high], start=low):
            if len(block.text) < _PLAIN and DATED.search(block.text) and _is_named(block.box):
                yield from self._of_block(index)

    def _of_moment(self, moment: Moment) -> Iterator[_Sign]:
        names = moment.box.names
        if _TODAY.search(names) or _in_comments(moment.box):
            return
        exact, seen = self.dating.read(moment.machine), self.dating.read(moment.text)
        stamp = exact or seen
        if stamp is None:
            return
        if exact and seen and _is_universal(exact):
            stamp = _told_on(exact, seen.at.date(), self.dating.zone) or exact
        words = f"{names} {moment.itemprop} {moment.names} {self._label(moment.position)}"
        if "published" in moment.names:  # `entry-date published updated` is one that was never changed
            words = moment.itemprop
        yield _Sign(stamp, bool(_UPDATED.search(words)), True)

    def _of_block(self, index: int) -> Iterator[_Sign]:
        block = self.tree.blocks[index]
        text = block.text
        if len(text) > _LINE or not DATED.search(text):
            return
        if any(box.tag == "h1" for box in ancestors(block.box)):
            return  # a headline names its subject's day
        if block.links > len(text) * 0.7 and len(text) > _LINKED:
            return
        if _TODAY.search(block.box.names) or _in_comments(block.box):
            return
        plain = len(text) < _PLAIN
        stamp = self.dating.read(text)
        if stamp is not None:
            yield _Sign(stamp, bool(_UPDATED.search(text) or _UPDATED.search(self._label(index))), plain)
            return
        parts = [part for part in _PARTS.split(text)[:8] if part]
        for part in sorted(parts, key=lambda part: not _SAID_PUBLISHED.search(part)):
            stamp = self.dating.read(part)
            if stamp is not None:
                yield _Sign(stamp, bool(_UPDATED.search(part)), plain)

    def _label(self, index: int) -> str:
        """The words right before a block, when they may be the name of its date."""
        if not 0 < index <= len(self.tree.blocks):
            return ""
        text = self.tree.blocks[index - 1].text
        return "" if len(text) > 30 or DATED.search(text) else text

    def _is_others(self, moment: Moment) -> bool:
        """Whether a `<time>` stands in furniture or beside a link of a headline's length: another story's date."""
        tree, out = self.tree, self.body.out
        for index in (moment.position, moment.position - 1):
            if 0 <= index < len(tree.blocks) and moment.box.first <= index:
                block: Block = tree.blocks[index]
                if (out[index] and block.box is moment.box) or block.links >= 30:
                    return True
        return bool(moment.position < len(out) and out[moment.position])


def _in_comments(box: Box) -> bool:
    return any(
        around.hint & Meaning.COMMENTS and around.tag not in ("body", "article", "main") for around in ancestors(box)
    )


def _is_named(box: Box) -> bool:
    return any(one is not None and one.hint & Meaning.META for one in (box, box.parent))


def _agreed(stamps: Iterable[Timestamp]) -> Timestamp | None:
    """The first of several, when all of them are of one day."""
    found = list(stamps)
    return found[0] if len({stamp.at.date() for stamp in found}) == 1 else None


# ── The address ────────────────────────────────────────────────────────────────────────────────────────────


def in_address(url: str, dating: Dating) -> Dated:
    """A day, or the time at which the CMS made the article, in the address: a fallback only."""
    day = _URL_DAY.search(url)
    words = _URL_DAY_WORDS.search(url)
    ident = _URL_ID.search(url)
    stamp = None
    if day:
        stamp = dating.read("-".join(day.groups()))
    elif words:
        stamp = dating.read(f"{words[1]}-{_MONTHS.index(words[2].lower()) + 1:02}-{int(words[3]):02}")
    elif ident:
        stamp = created_by_id(ident[1], dating.zone)
    return Dated(stamp, "the date of publication is the address's" if stamp else None)


def _address_day(url: str, dating: Dating) -> date | None:
    """A day that the address names."""
    found = _URL_DAY.search(url)
    stamp = dating.read("-".join(found.groups())) if found else None
    return stamp.at.date() if stamp else None
