"""Signing in and out, and passwords, at Django's usual addresses and under its names.

Every sign-in goes through Django's `login()`, so its signal is the one place that hears of them all.
"""

from django.contrib.auth.views import LogoutView
from django.urls import path

from collab.accounts import devices, session_api, views

urlpatterns = [
    path("accounts/login/", views.SignInPage.as_view(), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("accounts/password_change/", views.ChangePassword.as_view(), name="password_change"),
    path("accounts/password_change/done/", views.PasswordChanged.as_view(), name="password_change_done"),
    path("accounts/password_reset/", views.AskReset.as_view(), name="password_reset"),
    path("accounts/password_reset/done/", views.ResetAsked.as_view(), name="password_reset_done"),
    path("accounts/reset/<uidb64>/<token>/", views.Reset.as_view(), name="password_reset_confirm"),
    path("accounts/reset/done/", views.ResetDone.as_view(), name="password_reset_complete"),
    path("accounts/devices/", devices.devices, name="devices"),
    path("accounts/devices/sign-out/", devices.sign_out_everywhere, name="sign_out_everywhere"),
    path("api/session/", session_api.session, name="session"),
    path("api/session/activity/", session_api.activity, name="activity"),
]
