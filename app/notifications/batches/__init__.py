"""Advertising leaves in batches that a person releases."""
