"""Companies, people, roles, devices, sign-in."""
