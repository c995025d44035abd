"""Brigada: field work of companies that measure, install and service windows and doors."""
