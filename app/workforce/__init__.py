"""The people who go to clients: what they can do, where and when they work, in which crew, what they are booked for."""
