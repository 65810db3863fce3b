"""Runs the history over a connection that `storage.schema` hands in, or over the address an `alembic` user gives."""

from typing import Any

from alembic import context
from sqlalchemy import Connection, create_engine, pool

from storage.tables import metadata

_FULL_TEXT = ("search_index", "exact_vector", "folded_vector", "ix_search_texts_exact", "ix_search_texts_folded")


def include_name(name: str | None, kind: Any, parents: Any) -> bool:
    """Leave out what each database has its own kind of: the full-text indexes, and SQLite's tables behind them."""
    return name is None or not name.startswith(_FULL_TEXT)


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        include_name=include_name,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    url = context.config.get_main_option("sqlalchemy.url")
    if not url:
        raise SystemExit("the history needs a connection or an address; `healthwire` migrates on its own")
    with create_engine(url, poolclass=pool.NullPool).connect() as connection:
        run(connection)
        connection.commit()
