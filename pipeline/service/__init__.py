"""The service: when to look again, what is visited when, and whether all is well."""
