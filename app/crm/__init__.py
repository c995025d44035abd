"""Looking after clients between and after orders: facts, statuses, touches, segments, loyalty.

Cards, contacts and sites of clients are in `clients`, which other modules call. This module is for what
looks at all of a client's orders, visits, money and messages. It has no code yet.
"""
