"""Late data: what changed since a settlement, and the difference in yuan."""
