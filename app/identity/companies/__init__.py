"""The company itself: its requisites, settings and logo."""
