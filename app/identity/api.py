"""The only door to identity for other modules."""

from app.identity.attempts.policies import Limit
from app.identity.attempts.service import (
    Attempt,
    Attempts,
    TooManyAttempts,
    by_address,
    count,
    refuse_if_spent,
)
from app.identity.companies.queries import get_company, get_entered_company, next_number
from app.identity.companies.service import Owner, register_company
from app.identity.dependencies import provide_attempts, provide_ip
from app.identity.models import Company, UserAccount
from app.identity.sign_in.policies import CODE_LIFE
from app.identity.users.queries import find_users, find_users_with_role, get_user
from app.identity.users.service import create_user, hire

__all__ = [
    "CODE_LIFE",
    "Attempt",
    "Attempts",
    "Company",
    "Limit",
    "Owner",
    "TooManyAttempts",
    "UserAccount",
    "by_address",
    "count",
    "create_user",
    "find_users",
    "find_users_with_role",
    "get_company",
    "get_entered_company",
    "get_user",
    "hire",
    "next_number",
    "provide_attempts",
    "provide_ip",
    "refuse_if_spent",
    "register_company",
]
