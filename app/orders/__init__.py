"""What clients buy: job types, jobs, client orders and what they are worth, measurements, payments, production."""
