"""Whether a worker may be tracked: his consent with the words he read, and his private time."""
