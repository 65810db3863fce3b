"""One TOML file a source; see `spiders.source` for its words."""
