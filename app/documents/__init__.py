"""Acts, passports, tags and rewards. Documents are printed from what was stored, never from present data."""
