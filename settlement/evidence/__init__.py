"""The evidence file of a settlement: written from the store, opened within bounds, verified without the store."""
