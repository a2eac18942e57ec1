"""The pages of live forms and their HTTP twin."""

from django.urls import path

from collab.rooms import api, api_history, api_submission, views, views_record

app_name = "rooms"

urlpatterns = [
    path("", views.home, name="home"),
    path("forms/new/", views.new_form, name="new"),
    path("forms/<uuid:form_id>/", views.form_page, name="form"),
    path("forms/<uuid:form_id>/comments/", views.comments_page, name="comments"),
    path("forms/<uuid:form_id>/submissions/", views_record.submissions_page, name="submissions"),
    path("forms/<uuid:form_id>/submissions/<int:number>/", views_record.submission_page, name="submission"),
    path("forms/<uuid:form_id>/versions/", views_record.versions_page, name="versions"),
    path("forms/<uuid:form_id>/versions/<int:version>/", views_record.version_page, name="version"),
    path("api/forms/", api.forms, name="api-forms"),
    path("api/forms/<str:form_id>/", api.form, name="api-form"),
    path("api/forms/<str:form_id>/operations/", api.operations, name="api-operations"),
    path("api/forms/<str:form_id>/submission/", api_submission.submission, name="api-submission"),
    path("api/forms/<str:form_id>/submissions/", api_submission.submissions, name="api-submissions"),
    path("api/forms/<str:form_id>/submissions/<str:number>/", api_submission.one_submission, name="api-one-submission"),
    path("api/forms/<str:form_id>/reopening/", api_submission.reopening, name="api-reopening"),
    path("api/forms/<str:form_id>/history/", api_history.history, name="api-history"),
    path("api/forms/<str:form_id>/versions/<str:number>/", api_history.version, name="api-version"),
]
