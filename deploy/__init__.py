"""Running Brigada: on one's own machine (`local`), on own servers (the other folders)."""
