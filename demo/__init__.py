"""`make demo`: the eight steps of the main job, played by its people over HTTP alone."""
