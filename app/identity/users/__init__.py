"""People of a company and their roles."""
