"""Worked cases: read, checked and run."""
