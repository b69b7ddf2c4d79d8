"""Text files: read within limits, with what must stay as it was (line ends, byte order mark)."""

from __future__ import annotations

from pathlib import Path

import attrs

from charte_registry.errors import RegisterError
from charte_registry.messages import system_reason

MAX_BYTES = 500_000_000
_BOM = "\ufeff"


@attrs.frozen
class Text:
    """A text, its lines ending as in Unix, and how the file ends them.

    Parameters
    ----------
    text : str
        The text.
    line_end : str
        What stands at the end of each line in the file.
    bom : bool
        Whether the file begins with a byte order mark.
    encoding : str
        Encoding of the file.
    """

    text: str
    line_end: str = "\n"
    bom: bool = False
    encoding: str = "utf-8"

    @classmethod
    def of(cls, content: bytes, encoding: str = "utf-8") -> Text:
        """Return the text of a file; a file that mixes line ends keeps them in its text."""
        text = content.decode(encoding)
        bom = text.startswith(_BOM)
        text = text.removeprefix(_BOM)
        pairs = text.count("\r\n")
        if pairs and pairs == text.count("\n") == text.count("\r"):
            return cls(text.replace("\r\n", "\n"), "\r\n", bom, encoding)
        return cls(text, "\n", bom, encoding)

    def content(self, text: str) -> bytes:
        """Return the bytes of a file that ends its lines and begins like this one.

        A text with letters that the encoding lacks is in UTF-8, with the mark by which spreadsheets
        know it.
        """
        whole = text.replace("\n", self.line_end) if self.line_end != "\n" else text
        try:
            return ((_BOM if self.bom else "") + whole).encode(self.encoding)
        except UnicodeEncodeError:
            return whole.encode("utf-8-sig")


def _french(content: bytes) -> Text | None:
    """Return the text of a table as a French spreadsheet saves it; None where it is none."""
    header = content.partition(b"\n")[0]
    if b";" not in header or b"," in header:
        return None
    try:
        return Text.of(content, "cp1252")
    except UnicodeDecodeError:
        return None


class Reader:
    """Reads files of a folder, none outside of it, and together no more than a limit.

    Parameters
    ----------
    root : Path
        The folder, or the one file.
    max_bytes : int
        How many bytes all files may have.
    """

    root: Path
    max_bytes: int
    read: int

    def __init__(self, root: Path, max_bytes: int) -> None:
        self.root, self.max_bytes, self.read = root, max_bytes, 0

    def content(self, path: Path) -> bytes:
        """Return the bytes of a file."""
        if not path.resolve().is_relative_to(self.root.resolve()):
            raise RegisterError("leads_out", where=path)
        try:
            if not path.is_file():
                raise RegisterError("not_file", where=path)
            self.read += path.stat().st_size
            if self.read > self.max_bytes:
                raise RegisterError("register_too_large", where=path, most=self.max_bytes)
            return path.read_bytes()
        except OSError as error:
            raise RegisterError("cannot_read", where=path, reason=system_reason(error)) from None

    def text(self, path: Path) -> Text:
        """Return the text of a file."""
        content = self.content(path)
        try:
            text = Text.of(content)
        except UnicodeDecodeError as error:
            if path.suffix == ".csv" and (saved := _french(content)) is not None:
                return saved
            raise RegisterError("not_utf8", where=path, position=error.start) from None
        if not text.text.strip():
            raise RegisterError("empty_file", where=path)
        return text
