"""Ways to send an SMS."""
