"""First floor, west: how pages reach us. Imports `storage` only."""
