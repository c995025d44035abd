"""The client signs an act: it becomes final, and passports and rewards come into being with it."""
