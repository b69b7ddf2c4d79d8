"""A register as it stood in a git revision: ``REVISION:FOLDER``, as git itself writes it."""

from __future__ import annotations

import io
import subprocess
import tempfile
import zipfile
from pathlib import Path

from charte_registry.errors import RegisterError
from charte_registry.files import load_register
from charte_registry.register import Register

MAX_BYTES = 500_000_000


def load_revision(name: str) -> Register:
    """Load a register from a folder or a file, or as it stood in a git revision.

    Parameters
    ----------
    name : str
        A path, or ``REVISION:PATH`` for a path inside the git repository of the current folder.

    Returns
    -------
    Register
        The register.

    Raises
    ------
    RegisterError
        Where there is neither such a path nor such a revision, or it cannot be read.
    """
    revision, colon, path = name.partition(":")
    if Path(name).exists() or not colon:
        return load_register(name)
    # An object is asked for by what it is, so that a name never becomes an option.
    # Git knows the current folder as ``./`` alone.
    named = f"{revision}:{'./' if path == '.' else path}"
    tree = _git(name, "rev-parse", "--verify", "--quiet", "--end-of-options", named)
    # From inside a folder, git would look for that folder inside the tree.
    top = _git(name, "rev-parse", "--show-cdup").decode("utf-8").strip() or "."
    archive = _git(name, "-C", top, "archive", "--format=zip", tree.decode("ascii").strip())
    with tempfile.TemporaryDirectory() as folder:
        try:
            with zipfile.ZipFile(io.BytesIO(archive)) as files:
                if sum(item.file_size for item in files.infolist()) > MAX_BYTES:
                    raise RegisterError(
                        f"{name}: larger than {MAX_BYTES:,} bytes; compare a smaller folder"
                    )
                files.extractall(folder)  # no name leaves the folder, and a link is a plain file
        except zipfile.BadZipFile as error:
            raise RegisterError(f"{name}: cannot be unpacked ({error})") from None
        try:
            return load_register(folder)
        except RegisterError as error:
            told = [problem.replace(folder, name) for problem in error.problems]
            raise RegisterError(told) from None


def _git(name: str, *arguments: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603
            ["git", *arguments],  # noqa: S607
            capture_output=True, check=True, timeout=60,
        )  # fmt: skip
    except FileNotFoundError:
        raise RegisterError(f"{name}: no such folder, and git is not installed") from None
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        raise RegisterError(
            f"{name}: no such folder, and git knows no such one; write FOLDER, or REVISION:FOLDER "
            "with a folder of the repository, such as HEAD~1:registre"
        ) from None
    if len(done.stdout) > MAX_BYTES:
        raise RegisterError(f"{name}: larger than {MAX_BYTES:,} bytes; compare a smaller folder")
    return done.stdout
