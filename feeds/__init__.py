"""First floor, east: what readers get. Imports `storage` only."""
