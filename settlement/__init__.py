"""Settlement: from observations and agreements to obligations, statements and what is asked about them.

`statistics` reduces readings to means and loads, `clauses` makes one exact number of one clause, `obligations` says who
owes whom, to the fen, `statement` writes it all into the one document. `run` gathers, settles and stores.

A clause may use another clause, and a measure the same measure of last year. The modules that compute kinds of
measures put these two questions to their `Context` (`clauses.context`), and `clauses.evaluation` answers them, so that
imports go one way only. The recursion ends because a document nests only so deep and refs that run in a circle are
refused (`basin.checks.references`).
"""
