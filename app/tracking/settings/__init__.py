"""What a company sets for tracking."""
