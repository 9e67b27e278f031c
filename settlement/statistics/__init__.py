"""Readings reduced to days, months, loads and trends: float64, no agreement."""
