"""Refresh tokens: the links that a session is made of. This slice knows nothing of people or devices."""
