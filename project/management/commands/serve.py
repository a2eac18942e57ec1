"""`manage.py serve`: everything `make run` needs, in one process, so that a second start is quick.

Brings the database up to date, loads the demo, says where to go and who can sign in, and serves with uvicorn.
"""

from __future__ import annotations

import socket
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from project.checks import TAG
from project.serving import listen, serve


class Command(BaseCommand):
    help = "Migrate, load the demo, and serve."
    requires_system_checks = [TAG]  # `make test` runs the rest; here they would only cost start-up time

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        listener = listen_or_say_why(host, port)  # first: when the port is taken nothing else should have happened
        with listener:
            migrate_if_needed()
            call_command("load_demo", verbosity=0)
            self.stdout.write(banner(host, port))
            connection.close()  # the server's threads open their own
            serve(listener)


def listen_or_say_why(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]  # less the part that says the address again
        raise CommandError(
            f"cannot listen on {host}:{port}: {reason}. Another port: make run PORT={port + 1}"
        ) from error


def migrate_if_needed() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def banner(host: str, port: int) -> str:
    from collab.accounts.demo import who_can_sign_in

    shown = f"[{host}]" if ":" in host else host
    return f"""
Formroom is at http://{shown}:{port}

{who_can_sign_in()}

Sign in as two of them in two browsers, open the same form, and type. Ctrl-C ends it.
"""
