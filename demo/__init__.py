"""`make demo` plays the eight steps of the main job over HTTP."""
