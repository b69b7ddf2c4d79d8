"""Pages of notices as tagged PDF, through WeasyPrint, which is an extra."""

from __future__ import annotations

from io import BytesIO
from typing import Any, NoReturn

from tarifs_solidaires.errors import Fault, InputError
from tarifs_solidaires.extras import needs


def to_pdf(*pages: str) -> bytes:
    """Return pages as one tagged PDF.

    Parameters
    ----------
    *pages : str
        HTML, each of one notice.

    Returns
    -------
    bytes
        PDF/UA-1; each notice begins on a page of its own.

    Raises
    ------
    InputError
        Where WeasyPrint, or a library of the system that it needs, is not there.
    """
    html, options = _weasyprint(), {"pdf_variant": "pdf/ua-1", "pdf_tags": True}
    documents = [html(string=page, url_fetcher=_refused).render(**options) for page in pages]
    first, *others = documents
    whole = first.copy([*first.pages, *(page for other in others for page in other.pages)])
    written = BytesIO()
    whole.write_pdf(written, **options)
    return written.getvalue()


def _refused(url: str, *_: Any, **__: Any) -> NoReturn:
    """Load nothing from elsewhere: a notice holds all that it shows."""
    raise ValueError(f"a notice loads nothing: {url}")


def _weasyprint() -> Any:
    try:
        with needs("pdf"):
            from weasyprint import HTML
    except (ModuleNotFoundError, OSError) as error:  # OSError: Pango is not on the system
        raise InputError(
            Fault(code="no_weasyprint", template="a PDF needs WeasyPrint, which does not start here",
                  remedy="run: pip install charte-donnee[pdf]",
                  data={"detail": str(error).splitlines()[0]})
        ) from None  # fmt: skip
    return HTML
