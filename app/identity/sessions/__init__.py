"""Sessions: rotating refresh tokens, and whether an access token is still good."""
