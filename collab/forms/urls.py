"""The addresses of the template API."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
