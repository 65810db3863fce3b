"""Top floor: what we do with the pages, in which order, and when. Imports the other three rooms."""
