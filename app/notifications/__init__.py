"""Messages to clients and workers, and the inbox of the office."""
