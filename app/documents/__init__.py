"""Acts, passports, tags, rewards: documents rendered from stored canonical data, never from live rows."""
