from datetime import timedelta

from app.identity.attempts.policies import Limit

CODE_LIFE = timedelta(minutes=5)

CODE_SEND_PER_ASKER = [
    Limit(1, timedelta(seconds=30)),
    Limit(5, timedelta(hours=1)),
    Limit(10, timedelta(days=1)),
]
"""For one phone from one place."""
CODE_SEND_BY_STRANGERS = [
    Limit(1, timedelta(seconds=30)),
    Limit(10, timedelta(hours=1)),
    Limit(20, timedelta(days=1)),
]
"""For one phone, all unknown places together. Twice what one place may, so that a single stranger cannot
block somebody who signs in for the first time."""
CODE_SEND_PER_ADDRESS = Limit(20, timedelta(hours=1))
CODE_SEND_PER_COMPANY = Limit(500, timedelta(days=1))
"""Codes a company pays for in a day: this many asked for from unknown places, and as many from known ones."""
PLACE_KNOWN_FOR = timedelta(days=180)
"""Since the last sign-in there; longer than any session lasts."""

CODE_VERIFY_PER_CODE = Limit(5, CODE_LIFE)
CODE_VERIFY_PER_DEVICE = Limit(20, timedelta(hours=1))
"""From one device on which the owner of the phone has signed in before."""
CODE_VERIFY_AT_USUAL_ADDRESSES = Limit(10, timedelta(hours=1))
"""For one phone, all addresses together from which its owner has signed in before. Others may share them: a mobile
operator gives thousands of people the same address."""
CODE_VERIFY_PER_STRANGER = Limit(10, timedelta(hours=1))
CODE_VERIFY_BY_STRANGERS = Limit(15, timedelta(hours=1))
"""For one phone, all unknown places together. A code has six digits: with those at usual addresses people without
the owner's device guess 25 times in an hour, which hits with a probability of 25 in a million."""
CODE_VERIFY_PER_ADDRESS = Limit(100, timedelta(hours=1))

PASSWORD_PER_PLACE = Limit(10, timedelta(minutes=15))
"""For one account from one device or address."""
PASSWORD_BY_STRANGERS = Limit(20, timedelta(minutes=15))
"""For one e-mail, all unknown places together; twice what one place may, as for codes."""
PASSWORD_PER_ADDRESS = Limit(100, timedelta(hours=1))
"""For unknown places, whatever e-mail they try."""

ACCOUNTS_TRIED_MAX = 10
"""Whoever has accounts in more companies than this must name the company: each account costs a hash."""
