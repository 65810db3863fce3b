"""The history of the archive's tables (Alembic), one for SQLite and PostgreSQL."""
