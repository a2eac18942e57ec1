"""Signing in and out, at Django's usual addresses.

Every sign-in goes through Django's `login()`, so its signal is the one place that hears of them all.
"""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

urlpatterns = [
    path("accounts/login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
]
