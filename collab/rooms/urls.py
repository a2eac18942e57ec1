"""The pages of live forms and their HTTP twin."""

from django.urls import path

from collab.rooms import api, views

app_name = "rooms"

urlpatterns = [
    path("", views.home, name="home"),
    path("forms/new/", views.new_form, name="new"),
    path("forms/<uuid:form_id>/", views.form_page, name="form"),
    path("api/forms/", api.forms, name="api-forms"),
    path("api/forms/<str:form_id>/", api.form, name="api-form"),
    path("api/forms/<str:form_id>/operations/", api.operations, name="api-operations"),
]
