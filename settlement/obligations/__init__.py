"""Who owes whom, to the fen."""
