"""The drafts app: what people have typed into ordinary forms and not sent yet."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DraftsConfig(AppConfig):
    name = "collab.drafts"
    label = "drafts"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Drafts")

    def ready(self) -> None:
        from collab.drafts import signals  # noqa: F401  # it connects itself
