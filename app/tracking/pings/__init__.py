"""Positions as phones sent them: taken once, kept unchanged, removed when their time is over."""
