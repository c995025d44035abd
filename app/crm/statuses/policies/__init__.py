"""The status of a client as a pure function of what happened to him. No clock and no database in here."""
