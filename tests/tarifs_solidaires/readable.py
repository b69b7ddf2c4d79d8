"""How easy sentences are to read, for a fifteen-year-old: that of Flesch, in each language.

The figures are those that were fitted for each language: Flesch (1948) for English, Kandel and Moles
(1958) for French, Martins and others (1996) for Portuguese. 60 is plain, 30 is what a law or a
scientific article has.
"""

import re
from functools import cache

import pyphen

# of 100: the least that all sentences of a language together have
EASE = {
    "en": (206.835, 1.015, 84.6, 50),
    "fr": (207, 1.015, 73.6, 60),
    "pt": (248.835, 1.015, 84.6, 50),
}


@cache
def syllables(word, lang):
    """Return about how many syllables a word has: one more than it can be parted, at least its vowels."""
    dictionary = pyphen.Pyphen(lang={"en": "en_US", "fr": "fr_FR", "pt": "pt_BR"}[lang])
    groups = re.findall(r"[aeiouyàâãáéèêëíîïóôõúùûü]+", word.lower())
    return max(
        1, len(dictionary.positions(word)) + 1, len(groups) - (lang == "fr" and word.endswith("e"))
    )


class Ease:
    """The ease of some sentences of one language."""

    def __init__(self, lang):
        self.lang = lang
        self.sentences = self.words = self.syllables = 0

    def add(self, sentence):
        """Count a sentence of at least three words."""
        words = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", sentence)
        if len(words) >= 3:
            self.sentences += 1
            self.words += len(words)
            self.syllables += sum(syllables(word, self.lang) for word in words)

    def check(self):
        """Assert that they are easy enough together."""
        base, per_word, per_syllable, least = EASE[self.lang]
        length = self.words / self.sentences
        ease = base - per_word * length - per_syllable * self.syllables / self.words
        assert ease >= least, f"{self.lang}: {length:.1f} words a sentence, ease {ease:.0f}"
