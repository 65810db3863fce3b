"""What readers are told of the sources."""

from sqlalchemy import Connection, select

from storage.records import Publisher
from storage.row_mapping import from_row, insert_or_update, to_row
from storage.tables import publishers

_AGENCIES = select(publishers.c.slug).where(publishers.c.kind == "agency")


class Publishers:
    """The publishers of an archive's pages, by slug."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, publisher: Publisher) -> None:
        """Keep what is said of a publisher, in place of what was."""
        insert_or_update(self._connection, publishers, to_row(publishers, publisher), key=("slug",))

    def all(self) -> list[Publisher]:
        """Every publisher, by slug."""
        rows = self._connection.execute(select(publishers).order_by(publishers.c.slug))
        return [from_row(Publisher, row) for row in rows]

    def agencies(self) -> frozenset[str]:
        """The slugs of those that are news agencies."""
        return frozenset(self._connection.execute(_AGENCIES).scalars())

    def get(self, slug: str) -> Publisher | None:
        """What is said of the source of that slug; None where nothing is."""
        row = self._connection.execute(select(publishers).where(publishers.c.slug == slug)).first()
        return None if row is None else from_row(Publisher, row)
