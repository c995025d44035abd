"""SMS: the gateways that send them, and how many a text costs."""
