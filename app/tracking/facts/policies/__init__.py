"""How trips, stops and gaps follow from positions: pure functions, no database and no clock."""
