"""View models: what each page shows, as plain values ready to print.

In: what `api.reads` gathered and the names in the reader's language. Out: one dictionary per page for its template.
They read no store, start nothing and compute no amount.
"""
