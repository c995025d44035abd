"""Roughly where a worker is, for the client to whom he has set out."""
