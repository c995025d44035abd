"""Who looked at the track of a worker. He reads it himself."""
