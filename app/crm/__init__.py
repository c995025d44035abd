"""Looking after clients between and after orders: what is no longer used goes into the archive.

Cards, contacts and sites of clients are in `clients`, which other modules call. This module is for what
looks at all of a client's orders, visits, money and messages.
"""
