"""Bytes kept in the instance's folder under their own hash: written once, never changed.

A file is whole and on the disk before anybody knows its name, so a committed row always finds its
bytes. One that no row names is left over from a write that was refused; it harms nobody.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from flask import current_app


def folder(room: str) -> Path:
    """Where a room keeps its files."""
    instance: Path = current_app.config["SETTINGS"].instance
    return instance / room


def keep(room: str, content: bytes, *, ending: str) -> str:
    """Keep the bytes and say under which name; kept again, they are there already."""
    digest = hashlib.sha256(content).hexdigest()
    name = f"{digest[:2]}/{digest}{ending}"
    path = folder(room) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _write(path, content)
    # Also where it was there: whoever wrote it may not have come this far yet.
    _to_disk(path.parent)
    return name


def _write(path: Path, content: bytes) -> None:
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def _to_disk(directory: Path) -> None:
    """A renamed file survives a power cut when its directory was written too."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
