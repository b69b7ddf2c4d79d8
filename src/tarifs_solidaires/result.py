"""Results of one computation: outputs as arrays, the rows that decided, the reasons of what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.errors import nearest

if TYPE_CHECKING:
    from tarifs_solidaires.explanation import Explanation
    from tarifs_solidaires.rule import Rule

Array = npt.NDArray[Any]


class Outputs(Mapping[str, Array]):
    """Outputs by name, each computed when it is first asked for, read-only."""

    def __init__(self, makers: Mapping[str, Callable[[], Array]]) -> None:
        self._makers = makers
        self._made: dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        """Return an output."""
        if name not in self._made:
            array = self._makers[name]().view()
            array.flags.writeable = False
            self._made[name] = array
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._makers)

    def __len__(self) -> int:
        """Return the number of outputs."""
        return len(self._makers)


@attrs.frozen(kw_only=True, eq=False)
class Result:
    """Results of one computation; each output is an attribute.

    Parameters
    ----------
    rule : Rule
        What was computed.
    inputs : mapping of str to ndarray
        Inputs as they were read: copies up to 65,536 values. Larger arrays of a kind that can be
        read in place are views of the caller's: leave them as they are until the last ``explain``,
        which refuses a person whose values no longer give the result.
    shape : tuple of int
        Shape of every output; ``()`` where all inputs were scalars.
    defaults : frozenset of str
        Inputs that nobody gave and that have their default.
    outputs : mapping of str to ndarray
        Outputs by name, NaN where a result is missing.
    names : tuple of str
        Names of the rows; the last, empty, is for a result that is missing.
    reasons : tuple of str
        Reasons for which a result is missing; the first, empty, is for none.
    reason : ndarray of uint8 or None
        Number of the reason of each result, in ``reasons``; None where no result is missing.
    row : Outputs
        Number of the row that decided, in ``names``, made when it is asked for.
    """

    rule: Rule
    inputs: Mapping[str, Array] = attrs.field(repr=False)
    shape: tuple[int, ...]
    defaults: frozenset[str] = attrs.field(repr=False, default=frozenset())
    outputs: Mapping[str, Array] = attrs.field(repr=False)
    names: tuple[str, ...] = attrs.field(repr=False)
    reasons: tuple[str, ...] = attrs.field(repr=False, default=("",))
    _reason: Array | None = attrs.field(repr=False, default=None)
    _row: Outputs = attrs.field(repr=False)

    @property
    def row(self) -> Array:
        """Number of the row that decided, in ``names``."""
        return self._row["row"]

    def __getattr__(self, name: str) -> Any:
        """Return an output: an array, or a float where the inputs were scalars."""
        if name.startswith("_") or name not in self.rule.output_names:
            known = ["tranche", *self.rule.output_names] if not name.startswith("_") else []
            raise AttributeError(f"no output {name!r}; {nearest(name, known) if known else ''}")
        array = self.outputs[name]
        return float(array) if self.shape == () else array

    @property
    def tranche(self) -> Any:
        """Name of the row that decided: str, or an array of str of the shape of the inputs."""
        if self.shape == ():
            return self.names[int(self.row)]
        return np.array(self.names).take(self.row)

    @property
    def reason_number(self) -> Array:
        """Number of the reason, in ``reasons``, for which a result is missing; 0 where none is."""
        return np.zeros(self.shape, dtype=np.uint8) if self._reason is None else self._reason

    @property
    def reason(self) -> Any:
        """Why a result is missing, empty where it is not: str, or an array of str."""
        if self.shape == ():
            return self.reasons[int(self.reason_number)]
        return np.array(self.reasons).take(self.reason_number)

    def explain(
        self,
        i: int | tuple[int, ...] | None = None,
        lang: str = "fr",
        *,
        origin: Mapping[str, str] | None = None,
        role: str | None = None,
    ) -> Explanation:
        r"""Explain one result to the person whom it concerns.

        Parameters
        ----------
        i : int or tuple of int, optional
            Position; not needed where the inputs were scalars.
        lang : {"fr", "en", "pt"}
            Language.
        origin : mapping of str to str, optional
            Where this person's data come from, by name of input, where that is not what the rule
            says: ``declaration``, ``attestation`` or ``administration``.
        role : {"decides", "assists"}, optional
            Part of the computation in the decision (article R. 311-3-1-2 of the CRPA): it is the
            decision, or it assists who decides. By default the explanation says that the authority
            states it.

        Returns
        -------
        Explanation
            The text, a ``str``, with ``to_markdown()``, ``to_json()``, and ``to_html()`` for the
            notice as a page.

        Raises
        ------
        InputError
            Where the position, the language, an origin or the role does not exist, or the inputs
            have changed since they were computed.

        Examples
        --------
        >>> from tarifs_solidaires import load_rule
        >>> rule = load_rule("nantes/transport", on="2023-06-01")
        >>> text = rule.compute(quotient_familial=620, age=30).explain(lang="en")
        >>> print("\n".join(text.splitlines()[:4]))
        Your reduction is 70%.
        The rule that decides: 500 < QF ≤ 750, 26-59 ans.
        Why: family quotient €620, more than €500 and at most €750; age 30 years, at least 26 years and less than 60 years.
        With a family quotient of €500 or less, your reduction would be 90%: you are €120 a month above this threshold.
        """
        from tarifs_solidaires.explanation import explain

        return explain(self, i, lang, origin=origin, role=role)
