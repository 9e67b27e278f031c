"""Benchmarks: how long the work takes beside the plainest thing that could do it. `python -m tests.benchmarks`."""
