"""Tests that run side by side share one Redis: what one of them tells its processes, no other may hear."""

from __future__ import annotations

import os

import pytest
from django.conf import settings

from tests.rooms.faults import postgresql_only


@postgresql_only
@pytest.mark.parametrize("layer", ["default", "accounts"])
def test_each_worker_has_a_prefix_of_its_own(layer: str) -> None:
    """The process that starts the workers reads the settings before them; once they all inherited its prefix."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    assert settings.CHANNEL_LAYERS[layer]["CONFIG"]["prefix"] == f"tests-{worker}"
