"""Sign-in: e-mail and password for the office, phone and SMS code for workers."""
