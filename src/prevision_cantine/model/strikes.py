"""What past strikes did: no two are alike, and a mean effect alone would hide it."""

from __future__ import annotations

import attrs
import numpy as np

from prevision_cantine.arrays import Days, Floats
from prevision_cantine.words.language import counted, in_language, percent, texts

LOST = 2 / 3  # share of the expected meals below which a strike is felt in a canteen

TEXTS = texts({
    "fr": {
        "none": "Aucune grève passée n'est connue : l'effet d'une grève n'est pas appris.",
        "past": "Grèves passées ({days}) : il a été servi de {low} à {high} des repas attendus, {middle} le jour "
        "médian ; en moyenne, {hit} des cantines ouvertes ont servi moins des deux tiers des leurs. L'effet appris "
        "est celui d'une cantine ordinaire : il ne dit pas lesquelles seront touchées.",
    },
    "en": {
        "none": "No past strike is known: what a strike does is not learned.",
        "past": "Past strikes ({days}): from {low} to {high} of the expected meals were served, {middle} on the "
        "median day; on average, {hit} of the canteens open served less than two thirds of theirs. The effect learned "
        "is that of a usual canteen: it does not say which ones will be hit.",
    },
    "pt": {
        "none": "Nenhuma greve passada é conhecida: o efeito de uma greve não foi aprendido.",
        "past": "Greves passadas ({days}): foram servidas de {low} a {high} das refeições esperadas, {middle} no dia "
        "mediano; em média, {hit} das cantinas abertas serviram menos de dois terços das suas. O efeito aprendido é "
        "o de uma cantina comum: não diz quais serão atingidas.",
    },
})  # fmt: skip


@attrs.frozen(eq=False)
class PastStrikes:
    """Strike days on which meals were served, a row each.

    Parameters
    ----------
    date : ndarray of datetime64[D], shape (days,)
        Days, in order.
    came : ndarray of float, shape (days,)
        Meals served over those expected without the strike, of all canteens that were open.
    hit : ndarray of float, shape (days,)
        Share of those canteens that served less than two thirds of what was expected.
    """

    date: Days = attrs.field(repr=False)
    came: Floats = attrs.field(repr=False)
    hit: Floats = attrs.field(repr=False)

    def __len__(self) -> int:
        """Return how many strike days there are."""
        return len(self.date)

    def summary(self) -> dict[str, float]:
        """Return ``days``, and where there is one, ``lowest``, ``median``, ``highest`` and ``hit``."""
        if not len(self):
            return {"days": 0}
        return {
            "days": len(self),
            "lowest": float(self.came.min()),
            "median": float(np.median(self.came)),
            "highest": float(self.came.max()),
            "hit": float(self.hit.mean()),
        }

    def to_text(self, lang: str = "fr") -> str:
        """Say how far past strikes were from each other.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            Sentences.

        Raises
        ------
        ForecastError
            Where the language does not exist.

        Examples
        --------
        >>> days = np.array(["2015-02-03", "2016-06-02"], dtype="datetime64[D]")
        >>> strikes = PastStrikes(days, came=np.array([0.9, 0.7]), hit=np.array([0.1, 0.3]))
        >>> strikes.to_text("en").split(";")[0]
        'Past strikes (2 days): from 70% to 90% of the expected meals were served, 80% on the median day'
        """
        say = in_language(TEXTS, lang)
        if not len(self):
            return say["none"]
        found = self.summary()
        return say["past"].format(
            days=counted(len(self), "day", lang), low=percent(found["lowest"], lang),
            high=percent(found["highest"], lang), middle=percent(found["median"], lang),
            hit=percent(found["hit"], lang),
        )  # fmt: skip


def past_strikes(date: Days, meals: Floats, expected: Floats) -> PastStrikes:
    """Return what strikes did, from the rows of strike days.

    Parameters
    ----------
    date : ndarray of datetime64[D], shape (n,)
        Day of each row.
    meals, expected : ndarray of float, shape (n,)
        Meals served, and expected without the strike.

    Returns
    -------
    PastStrikes
        A row each day.
    """
    days, place = np.unique(date, return_inverse=True)
    rows = np.bincount(place, minlength=len(days))
    came = np.bincount(place, meals, len(days)) / np.bincount(place, expected, len(days))
    hit = np.bincount(place, meals < LOST * expected, len(days)) / rows
    return PastStrikes(days, came, hit)
