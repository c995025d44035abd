"""Who goes where and when: requests, visits, offers and their escalation, candidates, installation."""
