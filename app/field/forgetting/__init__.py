"""Forgets where a worker was at a time in which he may not be tracked: of his commands and of his photos."""
