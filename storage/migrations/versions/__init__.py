"""One file a change of the tables, in their order."""
