"""The public files of Nantes, downloaded and checked.

Kept apart from what computes: this module alone opens a connection, and only when it is called.
"""

from __future__ import annotations

import hashlib
import http.client
import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import IO
from urllib.parse import urlsplit

from prevision_cantine.errors import CantineError
from prevision_cantine.words.catalogue import Phrase, system_reason

COMMIT = "0330adaf59e31856da5fa23400771c728d70925c"
ADDRESS = (
    "https://raw.githubusercontent.com/nantesmetropole/school_meal_forecast_xgboost/"
    f"{COMMIT}/tests/data/"
)
# SHA-256 by file; None where nobody has published the figure.
FILES: Mapping[str, str | None] = MappingProxyType(
    {
        "raw/frequentation.csv": "eacac6a120ed2dbf980e79964675da9ed9de3053920c9cfbd6d4aa85aeb4ba89",
        "raw/effectifs.csv": None,
        "raw/cantines.csv": None,
        "raw/menus_2011-2016.csv": None,
        "raw/menus_2016-2020.csv": None,
        "calculators/annees_scolaires.csv": None,
        "calculators/vacances.csv": None,
        "calculators/jours_feries.csv": None,
        "calculators/greves.csv": None,
        "calculators/ramadan.csv": None,
        "mappings/mapping_ecoles_cantines.csv": None,
        "mappings/mapping_frequentation_cantines.csv": None,
    }
)
MANIFEST = "SHA256SUMS"
MAX_BYTES = 50_000_000  # a file; the attendance has a few million
TIMEOUT = 60  # seconds

Opener = Callable[[str], IO[bytes]]


def fetch_nantes(
    folder: str | Path,
    *,
    trust_on_first_use: bool = False,
    opener: Opener | None = None,
) -> tuple[Path, ...]:
    """Download the public canteen files of Nantes, whole or not at all.

    Only ``raw/frequentation.csv`` has a published SHA-256, and it alone is fetched by default; a
    file that differs from it is refused. For the others the address names the commit, which the
    host is trusted to honour: they come with ``trust_on_first_use``, and their SHA-256 are written
    to ``SHA256SUMS`` in the folder. A later call compares with that file, and refuses what changed;
    keep it, or compare it with a colleague's (``sha256sum --check SHA256SUMS``).

    Parameters
    ----------
    folder : str or Path
        Folder to write, in the layout that ``load_city`` reads. Files that are there already are
        replaced only by files of the same SHA-256.
    trust_on_first_use : bool
        Whether to fetch the files that have no published SHA-256 too.
    opener : callable, optional
        What opens an address and returns a binary stream; by default HTTPS, redirected nowhere else.

    Returns
    -------
    tuple of Path
        The files, each verified.

    Raises
    ------
    CantineError
        Where a file cannot be downloaded, is too large, or is not the one that is pinned; then
        nothing is written.

    Notes
    -----
    The files are those of the repository ``nantesmetropole/school_meal_forecast_xgboost``, MIT
    licence, Copyright (c) 2020 Nantes Métropole.
    """
    root = Path(folder)
    pinned = {**FILES, **_manifest(root / MANIFEST)}
    names = [name for name in FILES if pinned[name] is not None or trust_on_first_use]
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=root.parent, prefix=f".{root.name}."))
    except OSError as error:
        raise CantineError("folder_unwritable", where=folder, reason=system_reason(error)) from None
    try:
        found: dict[str, str] = {}
        for name in names:
            target = temporary / name
            target.parent.mkdir(parents=True, exist_ok=True)
            found[name] = _download(ADDRESS + name, target, opener or _open)
            _compare(name, found[name], pinned[name])
            if (root / name).exists():
                _compare(name, found[name], _sha256(root / name), root)
        lines = [f"{digest}  {name}\n" for name, digest in sorted(found.items())]
        (temporary / MANIFEST).write_text("".join(lines), encoding="utf-8")
        _move(temporary, root, [*names, MANIFEST])
    except OSError as error:
        raise CantineError("folder_unwritable", where=folder, reason=system_reason(error)) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return tuple(root / name for name in names)


def _move(temporary: Path, root: Path, names: list[str]) -> None:
    """Give the files their place: the whole folder at once where there is none yet."""
    if not root.exists():
        temporary.chmod(0o755)
        temporary.replace(root)
        return
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (temporary / name).replace(root / name)


def _manifest(path: Path) -> dict[str, str]:
    """Return the SHA-256 that an earlier download has written, of the files known here."""
    if not path.exists():
        return {}
    known: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        if len(digest) != 64 or name not in FILES:
            raise CantineError("manifest", where=path, value=line[:80])
        if FILES[name] is None:
            known[name] = digest
    return known


def _compare(name: str, digest: str, expected: str | None, there: Path | None = None) -> None:
    """Refuse a file that is not the one pinned, or the one that is there."""
    if expected is not None and digest != expected:
        code = "hash_pinned" if there is None else "hash_there"
        raise CantineError(code, where=name, found=digest, expected=expected, folder=there)


def _download(url: str, target: Path, opener: Opener) -> str:
    digest, size = hashlib.sha256(), 0
    try:
        with closing(opener(url)) as source, target.open("wb") as file:
            while block := source.read(1 << 16):
                size += len(block)
                if size > MAX_BYTES:
                    raise CantineError("download_large", where=url, most=MAX_BYTES)
                digest.update(block)
                file.write(block)
    except (OSError, http.client.HTTPException) as error:
        raise CantineError("download", where=url, reason=_reason(error)) from None
    return digest.hexdigest()


def _reason(error: BaseException) -> Phrase:
    """Return why nothing came, in words of the catalogue."""
    if isinstance(error, urllib.error.HTTPError):
        return Phrase.of("parts.http", status=str(error.code))
    reason = getattr(error, "reason", error)
    if isinstance(reason, str):
        return Phrase.of("parts.other_host", value=reason)
    return system_reason(reason)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follow a redirection only to the same host by HTTPS."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str,
        headers: http.client.HTTPMessage, newurl: str,
    ) -> urllib.request.Request | None:  # fmt: skip
        """Return the request to follow, or refuse."""
        _check(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _check(url: str) -> None:
    parts, ours = urlsplit(url), urlsplit(ADDRESS)
    if parts.scheme != "https" or parts.netloc != ours.netloc:
        raise urllib.error.URLError(url)


def _open(url: str) -> IO[bytes]:
    _check(url)
    # No handler of file: or ftp: is among these.
    director = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(), urllib.request.HTTPSHandler(), _SameHost(),
        urllib.request.HTTPDefaultErrorHandler(), urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):  # fmt: skip
        director.add_handler(handler)
    stream: IO[bytes] = director.open(url, timeout=TIMEOUT)
    return stream
