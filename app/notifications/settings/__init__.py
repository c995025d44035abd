"""What a company sets for its messages: hours, caps, the price of an SMS."""
