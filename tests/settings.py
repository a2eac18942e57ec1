"""The settings the tests run on: Formroom's own, with a key of its own and a password hash that costs nothing."""

import os

os.environ.setdefault("DJANGO_SECRET_KEY", "only-for-tests-" * 4)
# Tests that run side by side have a database each, and one Redis together. Said whatever is set: the process that
# starts the workers reads this file before them, and they have its environment.
os.environ["REDIS_PREFIX"] = f"tests-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"

from project.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
