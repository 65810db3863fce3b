"""Responses as they came, each settled once."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, insert, select, update

from storage import bodies
from storage.json_values import from_plain, to_plain
from storage.records import Capture, Change
from storage.row_mapping import from_row, to_row
from storage.tables import captures, storable

_COLUMNS = [captures.c[name] for name in Capture.__dataclass_fields__]
_SETTLE = update(captures).where(captures.c.id == bindparam("capture_id"), captures.c.settled_at.is_(None))
_COUNT_TRY = (
    update(captures)
    .where(captures.c.id == bindparam("capture_id"))
    .values(tries=captures.c.tries + 1)
    .returning(captures.c.tries)
)


class Captures:
    """The captures of an archive, in the order in which they came."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, capture: Capture, body: bytes | None) -> Capture:
        """Keep a capture and its body; gives it with its id and the digest of the body.

        The body is kept once, whoever brings it. The same response handed in again (source, requested address,
        moment, status and body are equal) is the capture that is there already. An empty body is no body.
        Raises BodyTooLarge.
        """
        digest = bodies.put(self._connection, body, source=capture.source, kind=capture.kind) if body else None
        capture = replace(capture, body_digest=digest, id=None)
        same = self._connection.execute(
            select(captures.c.id).where(
                captures.c.source == capture.source,
                captures.c.requested_url == storable(capture.requested_url),
                captures.c.fetched_at == capture.fetched_at,
                captures.c.status == capture.status,
                captures.c.body_digest.is_not_distinct_from(digest),
            )
        ).scalar()
        if same is not None:
            return replace(capture, id=same)
        row = to_row(captures, capture)
        added: int = self._connection.execute(insert(captures).values(row).returning(captures.c.id)).scalar_one()
        return replace(capture, id=added)

    def body(self, digest: str) -> bytes:
        """The body with that digest. Raises CorruptBody when it is missing or its bytes have changed."""
        return bodies.take(self._connection, digest)

    def get(self, id: int) -> Capture | None:
        """The capture of that id; None where there is none."""
        return self._one(captures.c.id == id)

    def latest(self, source: str, requested_url: str) -> Capture | None:
        """The newest capture of that address that was answered 200 with a body: its validators are still good."""
        return self._one(
            captures.c.source == source,
            captures.c.requested_url == storable(requested_url),
            captures.c.status == 200,
            captures.c.body_digest.is_not(None),
        )

    def unprocessed(self, limit: int, after_id: int = 0, sources: Collection[str] | None = None) -> list[Capture]:
        """Captures nobody has settled, oldest first, beginning after an id."""
        chosen = [captures.c.settled_at.is_(None), captures.c.id > after_id]
        if sources is not None:
            chosen.append(captures.c.source.in_(sources))
        return self._many(and_(*chosen), limit)

    def count_unprocessed(self) -> int:
        """How many captures nobody has settled."""
        counted = select(func.count()).select_from(captures).where(captures.c.settled_at.is_(None))
        return self._connection.execute(counted).scalar_one()

    def settle(self, capture_id: int, change: Change, at: datetime) -> bool:
        """Mark a capture as processed, with what it came to; `at` is aware.

        True for the one who settles it, False where it is settled already: then nothing of this transaction may
        stand (`Archive.roll_back`).
        """
        came_to = {"settled_at": at, "outcome": change.kind.value, "change": to_plain(change)}
        return self._connection.execute(_SETTLE, {**came_to, "capture_id": capture_id}).rowcount == 1

    def count_try(self, capture_id: int) -> int:
        """Count one more try to process a capture that failed; gives how many have by now."""
        tries: int = self._connection.execute(_COUNT_TRY, {"capture_id": capture_id}).scalar_one()
        return tries

    def of_page(self, key: str, source: str) -> list[Capture]:
        """The captures of one page of a source, oldest first."""
        return self._many(and_(captures.c.source == source, captures.c.key == storable(key)), None)

    def last_change(self, key: str, source: str) -> Change | None:
        """What the newest settled capture of a page came to; None where there is none."""
        wanted = (
            select(captures.c.change)
            .where(captures.c.source == source, captures.c.key == storable(key), captures.c.settled_at.is_not(None))
            .order_by(captures.c.fetched_at.desc(), captures.c.id.desc())
            .limit(1)
        )
        plain = self._connection.execute(wanted).scalar()
        return from_plain(Change, plain) if plain is not None else None

    def all(self, after_id: int = 0, limit: int = 500, source: str | None = None) -> list[Capture]:
        """Every capture, oldest first, beginning after an id: to read them again."""
        chosen = captures.c.id > after_id
        return self._many(chosen if source is None else and_(chosen, captures.c.source == source), limit)

    def newest_at(self) -> datetime | None:
        """When the capture that came last was fetched; None in an empty archive."""
        newest: datetime | None = self._connection.execute(
            select(captures.c.fetched_at).order_by(captures.c.id.desc()).limit(1)
        ).scalar()
        return newest

    def _one(self, *conditions: ColumnElement[bool]) -> Capture | None:
        statement = (
            select(*_COLUMNS).where(*conditions).order_by(captures.c.fetched_at.desc(), captures.c.id.desc()).limit(1)
        )
        row = self._connection.execute(statement).first()
        return None if row is None else from_row(Capture, row)

    def _many(self, condition: ColumnElement[bool], limit: int | None) -> list[Capture]:
        statement = select(*_COLUMNS).where(condition).order_by(captures.c.id).limit(limit)
        return [from_row(Capture, row) for row in self._connection.execute(statement)]
