"""Files that take their name only once they are complete."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from charte_registry.errors import RegisterError


def write_text(path: str | Path, text: str) -> None:
    """Write a text file whole or not at all; see ``write_bytes``."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Parameters
    ----------
    path : str or Path
        File; its folder exists.
    content : bytes
        What it shall hold.

    Raises
    ------
    RegisterError
        Where it cannot be written; what stood there before then stands there still.
    """
    path = Path(path)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            temporary.chmod(0o644)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise RegisterError(
            f"{path}: cannot be written ({error.strerror}); check the path"
        ) from None
