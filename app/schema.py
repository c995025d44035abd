"""Every table, in one import: for migrations and for the tests that look at the catalogue."""

from app.db.base import Base

metadata = Base.metadata
