"""The day as of which the law is judged: the one that is asked for, else today."""

from __future__ import annotations

import datetime as dt

from charte_registry.errors import RegisterError


def judged_on(given: str | None) -> dt.date:
    """Return the day that is given, or today; the clock is read here and nowhere below."""
    if given is None:
        return dt.date.today()
    try:
        return dt.date.fromisoformat(given)
    except ValueError:
        raise RegisterError("not_date", field="--on", value=given) from None
