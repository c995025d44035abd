"""Requests, jobs, visits, offers and escalation, workers and their calendar, production orders, the board."""
