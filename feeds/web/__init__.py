"""The read-only web application: feeds, pages, a query API and the health of the sources."""

from feeds.web.app import create_app

__all__ = ["create_app"]
