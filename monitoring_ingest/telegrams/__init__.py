"""Telegrams of stations on arrival: what is stored of them, which readings they give, and when they are answered."""
