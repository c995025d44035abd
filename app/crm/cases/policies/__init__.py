"""Decisions about recovery cases. Values in, values out."""
