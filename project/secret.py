"""The secret key of an embedded Formroom: made once, kept in a file that only its owner can read."""

import os
import secrets
from pathlib import Path


def secret_key_in(directory: Path) -> str:
    """The key kept in `directory`, made now if there is none. Two processes starting at once get the same one."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "secret-key"
    if not path.exists():
        _put_in_place(path, secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()


def _put_in_place(path: Path, key: str) -> None:
    """Write `key` to `path` whole or not at all; whoever is first wins."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
