"""What is true of the replica's articles, said as data: the measure of the demo's self-check and of tests.

Taken from how the articles were written; no reader, matcher or judge of ours has a part in it.
"""

from dataclasses import dataclass
from datetime import datetime

from spiders.replica.press import Press
from spiders.replica.world import FIRST, LAST


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """One article: where it stands, what it is, what happens to it.

    `title`, `lead` and `paragraphs` are those it is first published with, without what the site puts before a
    lead; a lead that the site prints as its first paragraph is one here. With `day_only` the page states the day
    of `published` and no more. `partners` are ISO 3166 codes and organisation ids. `copy_of`
    and `translation_of` are addresses. Editions count from 1; `edited` and `removed` are the edition from which
    it shows. `readable` is False where a well-behaved visitor never gets the article: robots forbid it, or it
    leads to a foreign host. `from_edition` is the first edition in which it can be read (later than
    `edition` where the server fails before). `archive` marks old pages that no entry point names any more.
    """

    id: str
    source: str
    address: str
    native_id: str
    title: str
    lead: str
    paragraphs: tuple[str, ...]
    language: str
    published: datetime
    day_only: bool
    relevant: bool
    partners: tuple[str, ...]
    copy_of: str | None
    translation_of: str | None
    edition: int
    from_edition: int
    edited: int | None
    removed: int | None
    removed_status: int | None
    readable: bool
    archive: bool
    trap: str


def truth(press: Press) -> tuple[Truth, ...]:
    """The truth about every article, in the order of the files."""
    known = {written.id: press.world.article(written.id, FIRST) for written in press.world.written}
    rows = []
    for name, article in known.items():
        written, site = article.written, press.of(article)
        text = article.paragraphs if site.leads else (article.lead, *article.paragraphs)
        rows.append(
            Truth(
                id=name,
                source=site.source,
                address=site.address(article),
                native_id=article.number,
                title=article.title,
                lead=article.lead if site.leads else "",
                paragraphs=text,
                language=site.language,
                published=article.published,
                day_only=site.day_only,
                relevant=written.relevant,
                partners=written.partners,
                copy_of=press.address(known[written.copy_of]) if written.copy_of else None,
                translation_of=press.address(known[written.translation_of]) if written.translation_of else None,
                edition=written.edition,
                from_edition=min(LAST + 1, max(written.edition, written.broken_before or FIRST)),
                edited=written.edit.edition if written.edit else None,
                removed=written.removed,
                removed_status=written.removed_status if written.removed else None,
                readable=written.robots and written.redirect is None,
                archive=written.site == "moh_liferay",
                trap=written.trap,
            )
        )
    return tuple(rows)
