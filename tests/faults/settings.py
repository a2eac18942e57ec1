"""The settings of the processes here: the tests' own, and a channel layer that loses what it is told to lose."""

from tests.settings import *  # noqa: F403

for _layer in CHANNEL_LAYERS.values():  # noqa: F405
    if "redis" in _layer["BACKEND"]:
        _layer["BACKEND"] = "tests.faults.layer.Lossy"
