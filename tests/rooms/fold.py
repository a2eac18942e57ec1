"""I4 and I2, checked against the database: the stored cells are the fold of the log, and versions are dense."""

from __future__ import annotations

import json
from typing import Any

from collab.database import Database
from collab.document.operations import read_op
from collab.document.replica import Replica
from collab.rooms.models import Form, Operation
from collab.rooms.opening import load_document
from collab.rooms.store import iso


def stored(form: Form) -> dict[str, Any]:
    """What the store says of the whole form."""
    return load_document(Database(), Form.objects.get(pk=form.pk)).snapshot()


def folded(form: Form) -> dict[str, Any]:
    """What the log says of it, from the defaults on."""
    document = load_document(Database(), Form.objects.get(pk=form.pk))
    defaults = {
        field.key: {"value": field.default, "version": 0, "by": None, "at": None}
        for field in document.definition.fields.values()
        if field.default is not None
    }
    empty = {"values": defaults, "tables": {table: [] for table in document.definition.tables}}
    replica = Replica(empty, 0)
    for entry in Operation.objects.filter(form=form).order_by("version"):
        replica.apply(read_op(json.loads(entry.op)), by=entry.by, at=iso(entry.at))
        assert replica.version == entry.version, "versions have a gap"
    return replica.snapshot()


def assert_sound(form: Form) -> None:
    """I2: versions dense and equal to the form's; I4: the cells are the fold of the log.

    Read at one moment: what somebody who has just left had sent may still be committed.
    """
    db = Database()
    with db.snapshot(), db.ordinary():
        versions = list(Operation.objects.filter(form=form).order_by("version").values_list("version", flat=True))
        assert versions == list(range(1, Form.objects.get(pk=form.pk).version + 1))
        cells, log = stored(form), folded(form)
    for part in ("values", "tables"):
        differs = [(key, cells[part].get(key), log[part].get(key)) for key in cells[part].keys() | log[part].keys()]
        assert [each for each in differs if each[1] != each[2]] == [], "cells and log differ: key, cell, log"
