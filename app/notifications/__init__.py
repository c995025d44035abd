"""Messages to clients and workers: templates, sending, delivery states."""
