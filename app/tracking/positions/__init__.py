"""Where workers are now, for the map of the office."""
