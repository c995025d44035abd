"""How positions come in: our own JSON, the protocol of OsmAnd and Traccar Client, OwnTracks over HTTP."""
