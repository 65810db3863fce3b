"""Run the replica alone: `python -m spiders.replica --port 8901`."""

import argparse
import sys
import threading
from datetime import date

from spiders.replica import BASE, FIRST, LAST, Replica

_USAGE = """The replica of the press answers at {url} (edition {edition} of {last}, dated from {base}).

Which site answers is told by the Host header:
{sites}

Crawl it with the real source files, nothing leaves this machine:
  HEALTHWIRE_REPLICA={url} healthwire crawl

Enter turns to the next edition, Ctrl-C ends.
"""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m spiders.replica", description="A small copy of the press.")
    parser.add_argument("--port", type=int, default=8901, help="0 takes any free port (default: 8901)")
    parser.add_argument(
        "--edition", type=int, choices=range(FIRST, LAST + 1), default=FIRST, help="edition to begin at"
    )
    parser.add_argument("--base", type=date.fromisoformat, default=BASE, help="the day the articles are dated from")
    options = parser.parse_args(arguments)
    try:
        replica = Replica(options.port, base=options.base, edition=options.edition)
    except OSError as error:
        print(f"the replica cannot listen on port {options.port}: {error.strerror}", file=sys.stderr)
        return 1
    with replica:
        sites = "\n".join(
            f"  curl -s -H 'Host: {site.host}' {replica.url}/robots.txt   # {site.publisher}"
            for site in replica.press.sites
        )
        print(_USAGE.format(url=replica.url, edition=replica.edition, last=LAST, base=options.base, sites=sites))
        try:
            while sys.stdin.readline():
                replica.turn(LAST if replica.edition == LAST else replica.edition + 1)
                print(f"edition {replica.edition} of {LAST}")
            threading.Event().wait()  # no terminal to listen to: answer until interrupted
        except KeyboardInterrupt:
            print(f"\n{len(replica.requests)} requests answered")
    return 0


if __name__ == "__main__":
    sys.exit(main())
