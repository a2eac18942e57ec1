"""The accounts app: people, teams, signing in."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "collab.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("People and teams")

    def ready(self) -> None:
        from collab.accounts import attempts, checks, signals  # noqa: F401  # they connect themselves
