"""A form small enough that five people are always in each other's way."""

from typing import Any

import pytest

from tests.rooms.conftest import World

NARROW: dict[str, Any] = {
    "key": "narrow",
    "title": "Narrow",
    "sections": [
        {
            "key": "main",
            "title": "Main",
            "fields": [
                {"key": "notes", "type": "long_text", "label": "Notes"},
                {"key": "count", "type": "integer", "label": "Count", "default": 3},
            ],
            "tables": [
                {
                    "key": "readings",
                    "title": "Readings",
                    "columns": [
                        {"key": "value", "type": "number", "label": "Value", "default": 1},
                        {"key": "remark", "type": "text", "label": "Remark"},
                    ],
                }
            ],
        }
    ],
}


@pytest.fixture
def world(transactional_db: None) -> World:
    return World(NARROW)
