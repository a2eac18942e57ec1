"""The settings of the server processes here: the tests' own, a gate behind the password, and nobody is too fast."""

from tests.settings import *  # noqa: F403

AUTHENTICATION_BACKENDS = ["tests.sessions.backend.GatedBackend", *AUTHENTICATION_BACKENDS]  # noqa: F405
ROOM_LIMITS = {"submits_per_second": 1e6, "burst": 10**6}
ALLOWED_HOSTS = ["127.0.0.1"]
