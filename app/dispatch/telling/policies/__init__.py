"""What a client must be told: compares what he was told last with what is true. No clock and no database."""
