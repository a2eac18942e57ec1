"""The forms app: templates at run time."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FormsConfig(AppConfig):
    name = "collab.forms"
    label = "forms"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Templates")
