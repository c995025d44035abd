"""The client's life after and between orders: facts, statuses, tracks, touches, tasks, segments, loyalty.

What is known of a client himself (cards, contacts, sites) is in `clients`, below everything that works
for him; here belongs what looks at all of it from above: orders, visits, money, messages.
"""
