"""The `healthwire` command: one Typer application put together from the groups in `pipeline.commands`.

A command's imports stand inside it, so that `healthwire read` does not wait for Scrapy or the web server.
"""

import codecs
import errno
import io
import json
import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands import archive, demo, harvest, reading, service
from pipeline.commands.context import Context
from pipeline.commands.output import visible
from storage.errors import HealthwireError

app = typer.Typer(
    name="healthwire",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Watches ministry and news-agency websites and publishes feeds of new international health-cooperation "
    "stories, each with the reason why it is there. `healthwire demo` shows all of it without the internet.",
)
for group in (demo, service, harvest, reading, archive):
    group.register(app)


def _say_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"healthwire {version('healthwire')}")
        raise typer.Exit


@app.callback()
def options(
    ctx: typer.Context,
    config: Annotated[
        Path | None, typer.Option(help="Configuration file; without it healthwire.toml of this folder, if any.")
    ] = None,
    database: Annotated[str | None, typer.Option(help="The archive: sqlite:///PATH or postgresql+psycopg://…")] = None,
    log_level: Annotated[str | None, typer.Option(help="DEBUG, INFO, WARNING or ERROR.")] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which version this is and end.")
    ] = False,
) -> None:
    """Settings come from defaults, then healthwire.toml, then HEALTHWIRE_* variables, then these flags."""
    flags = {"database_url": database, "log_level": log_level.upper() if log_level else None}
    ctx.obj = Context(config=config, flags=flags)


def main() -> None:
    """Run the command line; what a user can cause ends in one line on stderr and exit status 1."""
    codecs.register_error("healthwire.escape", _escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="healthwire.escape")  # a terminal without Vietnamese letters is no reason to fail
    _log_to_stderr()
    try:
        app(standalone_mode=True)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter tries once more at its end
        fail("the output cannot be written: no room is left on the disk")
    except KeyboardInterrupt:
        sys.exit(130)
    except HealthwireError as error:  # anything else is a bug of ours, and loud
        fail(str(error))


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """What an encoding has no letter for, as JSON writes it: so JSON lines stay JSON in any encoding."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


class _Visible(logging.Formatter):
    """Log lines carry addresses and titles of strangers: what a terminal would obey is shown instead."""

    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record))


def _log_to_stderr() -> None:
    log = logging.StreamHandler()
    log.setFormatter(_Visible("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[log])


def fail(message: str) -> None:
    """Say what is wrong in one line and end with status 1."""
    print("healthwire: " + visible(" ".join(message.split())), file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
