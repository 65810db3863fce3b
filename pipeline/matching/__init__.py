"""Which story a page tells. Pure."""
