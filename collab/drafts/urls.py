"""The addresses of the drafts API."""

from django.urls import path

from collab.drafts import api

app_name = "drafts"

urlpatterns = [
    path("api/save-draft/", api.save, name="save"),
    path("api/load-draft/<str:form_identifier>/", api.load, name="load"),
    path("api/drafts/<str:form_identifier>/", api.discard, name="discard"),
]
