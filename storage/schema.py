"""Brings an archive's tables to the form this version needs, and tells which form they have."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from storage.errors import ArchiveTooNew, NotAnArchive
from storage.tables import SCHEMA

HISTORY = Path(__file__).with_name("migrations")


def revision_of(connection: Connection) -> str | None:
    """The revision an archive's tables have; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def upgrade(connection: Connection, where: str) -> None:
    """Bring the tables to the newest revision, in the transaction of this connection.

    Does nothing where they have it. The caller holds the writers' lock, so that of two processes one finds the work
    done. Raises ArchiveTooNew for a revision this version does not know, NotAnArchive for a database with tables of
    something else.
    """
    found = revision_of(connection)
    if found == SCHEMA:
        return
    check(found, where)
    if found is None and inspect(connection).has_table("pages"):
        raise NotAnArchive(f"{where}: holds tables of something else; name an empty database in database_url")
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HISTORY).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def check(found: str | None, where: str) -> None:
    """Raise ArchiveTooNew when the revision is none of those this version knows."""
    if found is None or found == SCHEMA:
        return
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(HISTORY).replace("%", "%%"))
    if found not in {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}:
        raise ArchiveTooNew(
            f"{where}: was made by a newer Healthwire (tables {found}, this one knows {SCHEMA}); upgrade Healthwire"
        )
