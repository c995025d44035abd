"""What people are told: messages to clients and workers, and the inbox of the office."""
