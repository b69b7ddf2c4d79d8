"""Records and their parts as JSON holds them, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from charte_registry.json_value import html_of
from charte_registry.records.base import structure, unstructure

Own = TypeVar("Own", bound="JsonRecord")


class JsonRecord:
    """Base of every record, and of every part of one."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain values that go to JSON.

        Returns
        -------
        dict
            What a ``.json`` register holds of it: dates as text; a field that holds its default,
            such as one of which nothing is known, is left out.

        Examples
        --------
        >>> from charte_registry import Partenaire
        >>> Partenaire(id="p", nom="P").to_dict()
        {'id': 'p', 'nom': 'P'}
        """
        return unstructure(self, iso=True)

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON.

        Returns
        -------
        str
            One line.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_dict(cls: type[Own], data: Mapping[str, Any]) -> Own:
        """Return the record that ``to_dict`` gives.

        Parameters
        ----------
        data : mapping of str to object
            Plain data.

        Returns
        -------
        record
            The record.

        Raises
        ------
        FieldError
            Where a field is unknown, missing, of the wrong type or not allowed; ``problems`` holds
            all that is wrong.
        """
        return structure(cls, data)

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return html_of(self.to_dict(), type(self).__name__)
