"""Settlement: from observations and agreements to obligations, statements and what is asked about them.

A few modules recurse into each other, because the grammar does: a clause is a measure, a measure may hold tests and
each test is a measure again; a measure may be compared with another, or be of other clauses. `evaluation` (one clause
for one period and element: tests, measure, scale, times, cap) asks `measuring` for a value; that combines what
`quantities` and `other_clauses` give for one section and period, and calls itself for the tests inside a ``met``;
`quantities` and `measuring` ask `references` what a value is compared with. Imports go down this one way. The way back
up goes through the `Evaluator` that all are handed: `references` asks it for the same measure of last year or of
another section (`Evaluator.single`), `other_clauses` for another clause (`Evaluator.evaluation`, kept once made).
It ends because a document nests only so deep, and refs that run in a circle are refused (`basin.checks.references`).
"""
