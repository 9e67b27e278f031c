"""Telegrams of stations taken in: what is kept of them, which readings they give, and when they are answered."""
