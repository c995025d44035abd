"""Clients and their sites, for life."""
