"""Phones and browsers people signed in from."""
