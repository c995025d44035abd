"""Stops of workers that nothing explains: shown with every reason, answered by the worker, decided by a person."""
