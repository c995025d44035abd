"""Clients rate the work on the page behind their link."""
