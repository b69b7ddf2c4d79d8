"""What can be wrong with a register, each as one line that says what, where and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

NAMED = 30  # names of a remedy that has no near one


class RegisterError(ValueError):
    """A register cannot be read or asked for this.

    Parameters
    ----------
    problems : sequence of str
        One line a problem; the message is the first and how many more there are.
    """

    def __init__(self, problems: Sequence[str] | str) -> None:
        self.problems = (problems,) if isinstance(problems, str) else tuple(problems)
        more = len(self.problems) - 1
        super().__init__(self.problems[0] + (f" (and {more} more)" if more else ""))


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the remedy for a mistyped name: the nearest known ones, else those that there are."""
    names = sorted(known)
    close = get_close_matches(word, names, n=3, cutoff=0.5)
    if close:
        return f"did you mean {' or '.join(close)}?"
    more = f", … ({len(names)} in all)" if len(names) > NAMED else ""
    return f"known: {', '.join(names[:NAMED])}{more}"
