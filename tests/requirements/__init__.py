"""`make requirements`: shows which tests prove which requirement, and whether they passed."""
