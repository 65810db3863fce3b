"""Runs the history over a connection that `storage.schema` hands in, or over the address an `alembic` user gives."""

from alembic import context
from sqlalchemy import Connection, create_engine, pool

from storage.migrations.names import include_name
from storage.tables import metadata


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
