"""What a client wants to hear and by which way: the page behind the link in a message."""
