"""Runs Brigada: on a developer's machine (`local`) and on a company's own servers (the other folders)."""
