"""Decides at the moment of sending whether a message may go: consent, hours, caps, what goes first."""
