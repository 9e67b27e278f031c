"""What came in and is kept: submissions, receipts, readings, observations, facts, and their history."""
