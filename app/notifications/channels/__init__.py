"""Ways to reach people, one folder each, behind one protocol."""
