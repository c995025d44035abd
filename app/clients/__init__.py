"""Clients, their contacts and their sites."""
