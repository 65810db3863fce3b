"""The sites of the replica, one module a CMS family."""
