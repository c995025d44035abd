"""What clients buy: job types, jobs, client orders and their price, measurements, payments, production."""
