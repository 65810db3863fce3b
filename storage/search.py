"""Full-text search over what pages say now, with and without diacritics.

No tokenizer setting of SQLite folds `đ`, and PostgreSQL folds nothing by itself, so texts are folded in Python on both
sides and kept beside their exact form.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, column, func, literal_column, not_, select, table

from storage.folding import fold, fold_tones
from storage.records import Document
from storage.row_mapping import insert_or_update
from storage.stories import story_conditions
from storage.story_filter import StoryFilter
from storage.tables import pages, search_texts, stories

LONGEST_TEXT = 200_000  # characters; PostgreSQL indexes no more than a megabyte of words
MOST_WORDS = 32  # of a query

_PHRASE = re.compile(r'["“”„«»]([^"“”„«»]*)["“”„«»]|([^"“”„«»]+)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A page that was found; `exact` where it has the words as they were written, diacritics and all."""

    page_id: int
    story_id: int | None
    exact: bool


class Search:
    """Searches the newest words of the archive's pages."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def index(self, page_id: int, document: Document) -> None:
        """Make a page findable by its title, lead and paragraphs, in place of what it said before."""
        said = "\n".join(filter(None, (document.title, document.lead, *document.paragraphs)))[:LONGEST_TEXT]
        row = {"page_id": page_id, "exact": " ".join(_exact(said)), "folded": " ".join(_folded(said))}
        insert_or_update(self._connection, search_texts, row, key=("page_id",))

    def search(
        self,
        query: str,
        limit: int,
        before: Hit | None = None,
        filter: StoryFilter | None = None,
        *,
        exact_first: bool = False,
        relevant_only: bool = False,
    ) -> list[Hit]:
        """The newest pages that have all words of the query, with or without their diacritics.

        Words in quotation marks stand together. With `exact_first` pages that have the words exactly as written come
        before those that have them only without diacritics. `before` is the last hit of the results before these.
        With a filter, or `relevant_only`, pages count whose story meets it. Whatever the user writes is a query; one
        without a word finds nothing.
        """
        exact, folded = _phrases(query, _exact), _phrases(query, _folded)
        if not folded or limit < 1:
            return []
        if filter is None and relevant_only:
            filter = StoryFilter()
        has_exact = self._matches("exact", exact)
        has_folded = self._matches("folded", folded)
        if not exact_first:
            return self._hits(has_folded, has_exact, filter, before, limit)
        hits: list[Hit] = []
        if before is None or before.exact:
            hits = self._hits(and_(has_folded, has_exact), has_exact, filter, before, limit)
        if len(hits) < limit:
            after = before if before is not None and not before.exact else None
            rest = and_(has_folded, not_(has_exact))
            hits += self._hits(rest, has_exact, filter, after, limit - len(hits))
        return hits

    def _hits(
        self,
        condition: ColumnElement[bool],
        exact: ColumnElement[bool],
        filter: StoryFilter | None,
        before: Hit | None,
        limit: int,
    ) -> list[Hit]:
        wanted = (
            select(pages.c.id, pages.c.story_id, exact.label("exact"))
            .select_from(pages)
            .join(search_texts, search_texts.c.page_id == pages.c.id)
            .where(condition)
        )
        if filter is not None:
            wanted = wanted.join(stories, stories.c.id == pages.c.story_id).where(*story_conditions(filter))
        if before is not None:
            wanted = wanted.where(pages.c.id < before.page_id)
        rows = self._connection.execute(wanted.order_by(pages.c.id.desc()).limit(limit))
        return [Hit(page_id=row.id, story_id=row.story_id, exact=bool(row.exact)) for row in rows]

    def _matches(self, name: str, phrases: Sequence[str]) -> ColumnElement[bool]:
        if self._connection.dialect.name == "sqlite":
            # every phrase stands in quotation marks and holds letters and digits only: it cannot be syntax
            match = f"{{{name}}} : (" + " AND ".join(f'"{phrase}"' for phrase in phrases) + ")"
            index = table("search_index", column("rowid"))
            whole: ColumnElement[Any] = literal_column("search_index")
            found = select(index.c.rowid).where(whole.op("MATCH")(match))
            return pages.c.id.in_(found)
        vector: ColumnElement[Any] = literal_column(f"search_texts.{name}_vector")
        return and_(*(vector.op("@@")(func.phraseto_tsquery("simple", phrase)) for phrase in phrases))


def _phrases(query: str, words: Any) -> list[str]:
    """The phrases of a query: quoted words together, others each by itself."""
    found: list[str] = []
    for quoted, plain in _PHRASE.findall(query[:2000]):
        if quoted:
            found.append(" ".join(words(quoted)))
        else:
            found += words(plain)
    return [phrase for phrase in found if phrase][:MOST_WORDS]


def _exact(text: str) -> list[str]:
    return _letters(fold_tones(text).lower())


def _folded(text: str) -> list[str]:
    return _letters(fold(text))


def _letters(text: str) -> list[str]:
    """The words of a text: runs of letters and digits with their marks, nothing else."""
    return text.translate(_SEPARATORS).split()


class _Separators(dict[int, str]):
    """Character → itself for letters, digits and marks, a space for all others."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = kept = letter if letter.isalnum() or unicodedata.category(letter)[0] == "M" else " "
        return kept


_SEPARATORS = _Separators()
