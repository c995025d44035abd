"""Texts of messages that a company writes itself."""
