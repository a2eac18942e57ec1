"""People, teams, where people are signed in, and the audit: in Django's admin."""

from collab.accounts.admin import people, sign_ins

__all__ = ["people", "sign_ins"]
