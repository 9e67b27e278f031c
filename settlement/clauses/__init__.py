"""One clause, one period, one element: an exact number with its working."""
