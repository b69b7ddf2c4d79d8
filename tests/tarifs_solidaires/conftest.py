"""What is asked of every error that a test of this package raises."""

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from tarifs_solidaires import catalogue
from tarifs_solidaires.errors import TarifError

TOOL = Path(__file__).parents[2] / "tools" / "tariff_messages.py"
SAME = (catalogue.Digits, catalogue.Unit, catalogue.Worded)  # no sentences


def assert_is_said(fault, known):
    """Fail where a fault has a template that the catalogue has not, or leaves a place open."""
    assert fault.code in known["codes"], fault.code
    for lang in ("fr", "pt"):
        assert fault.say(lang), fault
        for phrase in phrases_of(fault):
            if not isinstance(phrase, SAME) and has_words(phrase.template):
                assert phrase.template in known[lang], phrase.template
                said = catalogue.translated(phrase.template, lang)
                assert places(said) == places(phrase.template), said


def phrases_of(value):
    """Yield the phrases of a fault, and those that they hold."""
    if hasattr(value, "advice"):
        yield from phrases_of(value.message)
        yield from phrases_of(value.advice)
    elif isinstance(value, catalogue.Phrase):
        yield value
        for one in (*value.data.values(), *getattr(value, "items", ())):
            yield from phrases_of(one)


def has_words(template):
    return re.search(r"\w", re.sub(r"\{[^{}]*\}", "", template)) is not None


def places(template):
    return sorted(re.findall(r"\{[a-z_]+", template))


@pytest.fixture(scope="session")
def tariff_messages():
    """Return the tool that reads the messages out of the code."""
    spec = spec_from_file_location("tariff_messages", TOOL)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def said_texts(tariff_messages):
    """Return the English texts that the catalogue of each language has, and the codes of errors."""
    plurals = {text[1] for text in tariff_messages.messages() if isinstance(text, tuple)}
    found = {"codes": {code for code, _, _ in tariff_messages.error_codes()}}
    for lang in ("fr", "pt"):
        keys = catalogue.translator(lang)._catalog
        found[lang] = {key[0] if isinstance(key, tuple) else key for key in keys} | plurals
    return found


@pytest.fixture(autouse=True, scope="module")
def every_error_is_said_in_every_language(said_texts):
    """Let every error of every test be said in French and Portuguese: nothing of it stays English."""
    own, seen = TarifError.__init__, set()

    def checked(self, *faults):
        own(self, *faults)
        for fault in faults:
            key = fault.code, str(fault.template), str(fault.remedy), fault.input
            if key not in seen:
                seen.add(key)
                assert_is_said(fault, said_texts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TarifError, "__init__", checked)
        yield
