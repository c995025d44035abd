"""Which provider of a channel works: a failing one is asked last until it recovers."""
