"""What a migration has to say of a record: what it could not carry, or what wants a look."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Remark:
    """Something to know about a migrated record.

    Parameters
    ----------
    record : str
        ``kind/id``, as it is called after the step.
    field : str
        Field, dotted, as it was called before.
    message : str
        What became of it.
    lost : bool
        Whether something that the field said is said nowhere any more, or not where it counts.

    Examples
    --------
    >>> print(Remark(record="traitements/t", field="sensible", message="m", lost=True))
    traitements/t `sensible`: lost: m
    """

    record: str
    field: str
    message: str
    lost: bool = False

    def __str__(self) -> str:
        """Return the remark in one line."""
        return f"{self.record} `{self.field}`: {'lost: ' if self.lost else ''}{self.message}"
