"""E-mail: the letters, and the server that takes them."""
