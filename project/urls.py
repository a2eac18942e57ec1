"""Which room of the house answers which address."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("admin/password_change/", RedirectView.as_view(pattern_name="password_change")),  # one page, one lock
    path("admin/", admin.site.urls),
    path("", include("collab.accounts.urls")),
    path("", include("collab.drafts.urls")),
    path("", include("collab.forms.urls")),
    path("", include("collab.rooms.urls")),
]
