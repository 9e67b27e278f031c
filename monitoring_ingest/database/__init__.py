"""The database as such: connections, transactions, two dialects, bulk writing, the schema."""
