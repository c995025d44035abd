"""Registering a company together with its owner, who is signed in at once."""
