"""The ledger: entries of confirmed settlements, and what is unpaid."""
