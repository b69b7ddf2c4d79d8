"""The notices of many results of one computation, in order: what they share is worked out once."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from tarifs_solidaires.rules.outcome import Outcome
from tarifs_solidaires.say.facts import collect
from tarifs_solidaires.say.language import chosen
from tarifs_solidaires.say.nearest import Changes, changes_of
from tarifs_solidaires.say.notice import Content, check_role

CHUNK = 250  # results that are looked at together


def contents(
    outcome: Outcome,
    positions: Sequence[int],
    lang: str | None = None,
    *,
    origin: Mapping[str, str] | None = None,
    role: str | None = None,
    holder: Mapping[str, str] | None = None,
) -> Iterator[Content]:
    """Yield what the notices of some results say.

    Parameters
    ----------
    outcome : Outcome
        Results of one computation, whose inputs are still those that were computed.
    positions : sequence of int
        Which results.
    lang, origin, role, holder
        As for ``Result.explain``.

    Yields
    ------
    Content
        The same parts as those of ``Result.explain``.

    Examples
    --------
    >>> from tarifs_solidaires import load_rule
    >>> rule = load_rule("nantes/transport", on="2023-06-01")
    >>> result = rule.compute(quotient_familial=[620, 800], age=30)
    >>> [content.lead[0][:27] for content in contents(result, [0, 1], lang="en")]
    ['Your reduction is 70%. Mont', 'Your reduction is 30%. Mont']
    """
    check_role(role)
    say, remark = chosen(outcome.rule, lang)
    for start in range(0, len(positions), CHUNK):
        with _without_collection():
            some = positions[start : start + CHUNK]
            found = [collect(outcome, int(i), origin, holder, fresh=True) for i in some]
            changed = changes_of([person for _, person in found if person is not None])
            made = [
                Content.of(
                    facts,
                    next(changed) if person is not None else Changes(),
                    say.code,
                    remark,
                    role,
                )
                for facts, person in found
            ]
        yield from made


@contextmanager
def _without_collection() -> Iterator[None]:
    """Let many small objects be made without looking through all of them again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
