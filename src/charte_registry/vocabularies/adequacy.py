"""Adequacy decisions at a date: the status of a country is a function of the date asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import attrs

from charte_registry.errors import RegisterError
from charte_registry.json_value import JsonValue
from charte_registry.messages import Phrase
from charte_registry.vocabularies.countries import in_eea
from charte_registry.vocabularies.country_names import NAMES
from charte_registry.vocabularies.vocabulaire import read

NOT_FOUND = "not found"
REVIEWED: dt.date = read("adequacy")["reviewed"]  # a later answer says so


@attrs.frozen(kw_only=True)
class Decision(JsonValue):
    """An adequacy decision of the European Commission.

    Parameters
    ----------
    pays : str
        ISO 3166-1 code, or the code of an international organisation.
    reference : str
        Number of the decision, or "not found".
    adopted : datetime.date
        Day of adoption.
    end : datetime.date or None
        Last day, where it has one.
    scope, scope_fr, scope_pt : str
        Who is covered, in English, French and Portuguese; empty for everybody.
    """

    pays: str
    reference: str
    adopted: dt.date
    end: dt.date | None = None
    scope: str = ""
    scope_fr: str = ""
    scope_pt: str = ""

    @property
    def names(self) -> Mapping[str, str]:
        """What the decision is called, by language: its number, or its day where none is known."""
        if self.reference == NOT_FOUND:
            day = self.adopted.isoformat()
            return {
                "fr": f"décision du {day}",
                "en": f"decision of {day}",
                "pt": f"decisão de {day}",
            }
        union = self.reference.replace("EC", "CE").replace("EU", "UE")
        return {"fr": union, "en": self.reference, "pt": union}

    @property
    def scopes(self) -> Mapping[str, str]:
        """Who is covered, by language."""
        return {"fr": self.scope_fr, "en": self.scope, "pt": self.scope_pt}


DECISIONS = tuple(Decision(**stated) for stated in read("adequacy")["decision"])
ORGANISATIONS = frozenset(d.pays for d in DECISIONS) - frozenset(NAMES)


@attrs.frozen(kw_only=True)
class Adequation(JsonValue):
    """Whether data may go to a country at a date without another safeguard.

    Parameters
    ----------
    pays : str
        ISO 3166-1 code.
    on : datetime.date
        The date asked.
    eee : bool
        Whether the country is in the European Economic Area, or French, at that date.
    decision : Decision or None
        The adequacy decision in force.
    reviewed : datetime.date
        When the table was last reviewed.
    """

    pays: str
    on: dt.date
    eee: bool
    decision: Decision | None
    reviewed: dt.date = REVIEWED

    @property
    def adequate(self) -> bool:
        """Whether the country is in the Area or under a decision, whatever its scope."""
        return self.eee or self.decision is not None

    @property
    def beyond_review(self) -> bool:
        """Whether the date asked is later than the last review of the table."""
        return self.on > self.reviewed


def adequation(pays: str, on: str | dt.date) -> Adequation:
    """Return the status of a country at a date.

    Parameters
    ----------
    pays : str
        ISO 3166-1 code, such as ``"CA"``, or an organisation of the table, such as ``"EPO"``.
    on : str or datetime.date
        The date.

    Returns
    -------
    Adequation
        Membership of the Area, or the decision with its scope and end.

    Raises
    ------
    RegisterError
        Where the code is not in ISO 3166-1 or the date is no date.

    Examples
    --------
    >>> adequation("CA", on="2020-12-15").decision.scope
    'commercial organisations under PIPEDA only'
    >>> adequation("US", on="2020-12-15").adequate
    False
    """
    if pays not in NAMES and pays not in ORGANISATIONS:
        raise RegisterError("not_country", value=pays, near=Phrase.of("part.write_code"))
    try:
        day = on if isinstance(on, dt.date) else dt.date.fromisoformat(on)
    except (TypeError, ValueError):
        raise RegisterError("not_date", field="on", value=on) from None
    found = [
        d for d in DECISIONS
        if d.pays == pays and d.adopted <= day and (d.end is None or day <= d.end)
    ]  # fmt: skip
    return Adequation(
        pays=pays, on=day, eee=in_eea(pays, day), decision=found[-1] if found else None
    )
