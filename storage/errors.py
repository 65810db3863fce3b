# ruff: noqa: N818 - a cause reads better without the suffix; the base class has it
"""What can go wrong with an archive, one class a cause; every message is one line and says what to do.

`HealthwireError` is the root of all such errors, in every room: the command shows them as one line, and anything
else as the bug it is.
"""


class HealthwireError(Exception):
    """Something the person who runs Healthwire can mend; the message says in one line what, and how."""


class StorageError(HealthwireError):
    """The archive cannot be used as asked; the message is one line for the person who runs it."""


class ArchiveUnreachable(StorageError):
    """The database server does not answer or does not let us in."""


class ArchiveUnwritable(StorageError):
    """The archive's file or directory cannot be made or written."""


class TookTooLong(StorageError):
    """A question took more time than it was given."""


class ArchiveGone(StorageError):
    """The archive's file was there and is not any more, or another file stands in its place."""


class ArchiveDamaged(StorageError):
    """What the archive holds cannot be read any more: bytes of its file have changed."""


class NotAnArchive(StorageError):
    """The address or the file is not one Healthwire can keep an archive in."""


class ArchiveTooNew(StorageError):
    """A newer Healthwire has changed the archive's tables; this one would damage them."""


class NotMigrated(StorageError):
    """The archive's tables are missing or older than this Healthwire; `Store.migrate` has not run."""


class ArchiveBusy(StorageError):
    """Another process has held the archive's write lock for too long."""


class DiskFull(StorageError):
    """There is no room left for what was to be written; nothing of it was kept."""


class AlreadyHeld(StorageError):
    """Another process holds the name that `Store.exclusive` was asked for."""


class LeaseLost(StorageError):
    """Another process has taken over what `Store.lease` was holding; whoever held it must stop."""


class CorruptBody(StorageError):
    """A stored body is missing, cannot be decompressed, or does not have the digest it is kept under."""


class BodyTooLarge(StorageError):
    """A body is larger than the archive keeps."""


class QueryRefused(StorageError):
    """A query in SQL is wrong, would change the archive, or asks for too much time or too many rows."""
