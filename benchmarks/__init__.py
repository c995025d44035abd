"""Measures how fast the product is, and a reference in the same run: `make bench`."""
