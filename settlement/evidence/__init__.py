"""The evidence file of a settlement: written from the store, verified without it."""
