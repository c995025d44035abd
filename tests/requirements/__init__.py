"""Which tests prove which requirement, and whether they passed: `make requirements`."""
