"""The addresses of templates: the page that brings one in, and the API."""

from django.urls import path

from collab.forms import api, views

app_name = "forms"

urlpatterns = [
    path("templates/import/", views.import_page, name="import"),
    path("api/templates/", api.templates, name="api-templates"),
    path("api/templates/<str:key>/", api.template, name="api-template"),
]
