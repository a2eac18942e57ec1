"""The addresses of the template API."""

from django.urls import path

from collab.forms import api

app_name = "forms"

urlpatterns = [
    path("api/templates/", api.templates, name="api-templates"),
    path("api/templates/<str:key>/", api.template, name="api-template"),
]
