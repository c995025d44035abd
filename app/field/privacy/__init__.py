"""What a worker says on his phone about being tracked: his consent, and his private time."""
