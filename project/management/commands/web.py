"""`manage.py web`: one web process of several, behind a proxy. It serves, and does nothing else.

Whoever starts it has brought the database up to date once, for all of them. Being a command of Django it refuses to
start where the checks of the settings find an error.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from project.serving import listen, serve


class Command(BaseCommand):
    help = "Serve: one web process of several."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        try:
            listener = listen(host, port)
        except OSError as error:
            raise CommandError(f"cannot listen on {host}:{port}: {error.strerror}") from error
        with listener:
            serve(listener)
