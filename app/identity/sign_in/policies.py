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
"""For one phone from all places together where its owner has never signed in: twice what one of them
may, so that one stranger does not keep a newcomer out."""
CODE_SEND_PER_ADDRESS = Limit(20, timedelta(hours=1))
CODE_SEND_PER_COMPANY = Limit(500, timedelta(days=1))
"""What sign-in codes may cost a company a day: so many for strangers, as many for its workers."""
PLACE_KNOWN_FOR = timedelta(days=180)
"""Since the last sign-in there; longer than any session lasts."""

CODE_VERIFY_PER_CODE = Limit(5, CODE_LIFE)
CODE_VERIFY_PER_ASKER = Limit(20, timedelta(hours=1))
CODE_VERIFY_BY_STRANGERS = Limit(40, timedelta(hours=1))
CODE_VERIFY_PER_ADDRESS = Limit(100, timedelta(hours=1))

PASSWORD_PER_PLACE = Limit(10, timedelta(minutes=15))
"""For one account from one device or address."""
PASSWORD_BY_STRANGERS = Limit(20, timedelta(minutes=15))
"""For one e-mail from all places together where its owner has never signed in; twice, as for codes."""
PASSWORD_PER_ADDRESS = Limit(100, timedelta(hours=1))
"""Of strangers, for whatever e-mails."""

ACCOUNTS_TRIED_MAX = 10
"""One e-mail in more companies than this must name the company: each costs a hash."""
