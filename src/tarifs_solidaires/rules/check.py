"""Everything that can be said of a rule file before anyone relies on it, with the line of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files

from tarifs_solidaires.catalogue import Joined, Phrase, msg
from tarifs_solidaires.engine.backends import INT_BITS
from tarifs_solidaires.errors import Fault, RuleError, nearest
from tarifs_solidaires.rules.cases import check_cases
from tarifs_solidaires.rules.dated import DatedRule
from tarifs_solidaires.rules.file import (
    RuleFile,
    VersionEntry,
    VocabularyFile,
)
from tarifs_solidaires.rules.finding import Finding, Findings, summary
from tarifs_solidaires.rules.keys import Reader
from tarifs_solidaires.rules.load import (
    Folder,
    find_text,
    list_jurisdictions,
    parse_text,
    read_any,
)
from tarifs_solidaires.rules.parts import Parts, RuleParts, note_unfinished, sections
from tarifs_solidaires.rules.proofs import Prover, Setting, person_text
from tarifs_solidaires.rules.sizes import bits_of
from tarifs_solidaires.rules.toml import read_toml
from tarifs_solidaires.rules.toml_lines import Path, lines_of
from tarifs_solidaires.rules.trends import RISING, turns
from tarifs_solidaires.rules.units import Units, money_of
from tarifs_solidaires.values.numbers import decimal_text

__all__ = ["Finding", "check_rule", "check_text", "summary"]

FALLS = msg("{output} falls from {first} to {then} as {input} rises from {before} to {after}")
RISES = msg("{output} rises from {first} to {then} as {input} rises from {before} to {after}")
MOST = 200  # findings of one kind of severity that are returned
# Where a fault leaves the versions and the cases as they are.
HARMLESS = ("version", "case", "note", "title", "purpose", "per", "authority", "contact", "name",
            "jurisdiction", "source")  # fmt: skip


def check_rule(name: Folder, folders: Sequence[Folder] = ()) -> list[Finding]:
    """Return everything that can be found wrong in a rule file, in the order of its lines.

    The file is read as ``load_rule`` reads it, and then more is asked of it: that its tables cover
    every case and each of their rows is of use, that it can be computed whatever inputs are given,
    that its worked cases give what they say, that figures have sources and units fit.

    Parameters
    ----------
    name : str or Path
        Name of a rule, or path of a ``.toml`` file: a rule, a vocabulary or a jurisdiction.
    folders : sequence of str or Path
        Folders that hold rules and ``vocabulary/``, looked through first.

    Returns
    -------
    list of Finding
        Errors and warnings; empty where there is none.

    Raises
    ------
    RuleError
        Where there is no such file or rule, or it is not text.

    Examples
    --------
    >>> [finding for finding in check_rule("nantes/transport") if finding.severity == "error"]
    []
    """
    text, where, roots = find_text(name, folders)
    return _check(text, where, [str(root) for root in roots])


def check_text(text: str, where: str = "", folders: Sequence[Folder] = ()) -> list[Finding]:
    r"""Return everything that can be found wrong in the text of a rule file.

    Parameters
    ----------
    text : str
        The text.
    where : str
        What it is called.
    folders : sequence of str or Path
        Folders that hold ``vocabulary/``.

    Returns
    -------
    list of Finding
        As ``check_rule`` gives them.

    Examples
    --------
    >>> for finding in check_text('format = 2\nname = "Ville"\n')[:2]:
    ...     print(finding.line, finding)
    None error: the key 'languages' is missing; write a list of language codes
    None error: the key 'title' is missing; write a text, or a table with one per language: `{ fr = "…", en = "…" }`
    """
    return _check(text, where, [str(folder) for folder in folders])


def _check(text: str, where: str, roots: list[str]) -> list[Finding]:
    try:
        data = read_toml(text)
    except RuleError as error:
        fault = error.errors[0]
        return [Finding(code=fault.code, severity="error", where="", line=fault.line,
                        message=fault.message, remedy=fault.advice)]  # fmt: skip
    notes = Findings(data, lines_of(text))
    note_unfinished(notes)
    if "version" not in data and "output" not in data:
        part, reader = read_any(data)
        if part is not None:
            _read(notes, reader)
            Parts(notes, part).check()
            return _sorted(notes)
    file, shared, reader = parse_text(text, where, roots)
    _read(notes, reader)
    if file is not None:
        _Check(notes, file, shared, reader).check()
    return _sorted(notes)


def _sorted(notes: Findings) -> list[Finding]:
    found = sorted(notes.found, key=lambda finding: finding.line or 0)
    if len(found) <= MOST:
        return found
    kept = sorted(found, key=lambda finding: finding.severity)[:MOST]  # errors before warnings
    left = [finding for finding in found if finding not in kept]
    more = Finding(
        code="more", severity=left[0].severity, where="", line=None,
        message=Phrase("and {count:,} more findings", count=len(left)), remedy="correct those above first",
    )  # fmt: skip
    return [*(finding for finding in found if finding in kept), more]


def _read(notes: Findings, reader: Reader) -> None:
    """Note what the reader found."""
    for remark in reader.remarks:
        fault = Fault(
            code=remark.code, template=remark.template, remedy=remark.remedy, data=remark.data
        )
        notes.error(remark.path, fault.code, fault.message, fault.advice)
    notes.damaged = (*(remark.path for remark in reader.remarks), *reader.meant)


class _Check(RuleParts):
    """One rule file under check."""

    def __init__(
        self, notes: Findings, file: RuleFile, shared: tuple[VocabularyFile, ...], reader: Reader
    ) -> None:
        super().__init__(notes, file, shared)
        self.reader = reader

    def check(self) -> None:
        super().check()
        self.head()
        self.sources()
        blocked = [
            r for r in self.reader.remarks
            if not r.path or r.path[0] not in HARMLESS or r.path[-1] in ("valid_from", "known_until")
        ]  # fmt: skip
        if not blocked and len(self.file.version) == self.notes.count("version"):
            self.versions()
        if not self.reader.remarks:
            self.unused()

    # -- the file ------------------------------------------------------------------------------

    def head(self) -> None:
        file = self.file
        known = list_jurisdictions()
        if file.jurisdiction and file.jurisdiction not in known:
            self.notes.error(
                ("jurisdiction",), "jurisdiction", Phrase("there is no jurisdiction {jurisdiction!r}", jurisdiction=file.jurisdiction),
                Phrase("{near}; leave it out where there is none", near=nearest(file.jurisdiction, known)),
            )  # fmt: skip
        written = catalogues()
        foreign = [lang for lang in file.languages if lang.split("-")[0] not in written]
        if foreign:
            self.notes.warning(
                ("languages",), "language",
                Phrase("the package has no sentences in {names}, so notices are in {own}", names=Joined(foreign), own=next((lang for lang in file.languages if lang not in foreign), 'en')),
                Phrase("it has {names}", names=Joined(written)),
            )  # fmt: skip
        last = max(file.version, key=lambda one: one.valid_from, default=None)
        endless = last is not None and last.known_until is None and file.known_until is None
        if last is not None and endless and ("known_until",) not in self.notes.damaged:
            self.notes.warning(
                last.path, "known_until", "nothing says until when this version is known, so that it "
                "is used on any later day", "write known_until at the head: the last day for which the "
                "rule was read",
            )  # fmt: skip
        for key in ("input", "output"):
            for name, entry in getattr(file, key).items():
                if not entry.label:
                    self.notes.warning(
                        (key, name), "label", "no label, so that people read the name",
                        "write label = { … }, a short noun phrase",
                    )  # fmt: skip
        for path, unit in self.units():
            self.currency(path, money_of(unit))
        if any(remark.path[:1] == ("version",) for remark in self.reader.remarks):
            return
        made = {step.name for version in file.version for step in version.step}
        for name in file.output.keys() - made - file.input.keys() - self.reader.lost:
            self.notes.error(
                ("output", name), "output", Phrase("no version works out {name}", name=name),
                Phrase("name a step {name}, or take the output out", name=name),
            )  # fmt: skip

    def units(self) -> Iterator[tuple[Path, str]]:
        for section, path in sections(self.file, ()):
            unit = getattr(section, "unit", "")
            if unit:
                yield (*path, "unit"), unit

    def currency(self, path: Path, money: str) -> None:
        if ("currency",) in self.notes.damaged:
            return
        if money and not self.file.currency:
            self.notes.error(
                path, "currency", Phrase("the unit is in {money}, and the file has no currency", money=money),
                Phrase('write currency = "{money}" at the head of the file', money=money),
            )  # fmt: skip
        elif money and money != self.file.currency:
            self.notes.warning(
                path, "currency", Phrase("the unit is in {money}, the file in {currency}", money=money, currency=self.file.currency),
                "correct one of the two",
            )  # fmt: skip

    # -- versions ------------------------------------------------------------------------------

    def versions(self) -> None:
        damaged = {r.path[1] for r in self.reader.remarks if r.path[0] == "version" and r.path[1:]}
        days = {self.file.version[int(n)].valid_from for n in damaged}
        whole: list[VersionEntry] = []
        for version in self.file.version:
            if version.valid_from in days or version.extends in days:
                days.add(version.valid_from)
            else:
                whole.append(version)
        prover = Prover(self.file, self.shared, self.notes)
        for version in whole:
            setting = prover.prove(version)
            if setting is not None:
                self.version(version, setting)
        check_cases(self.file, self.shared, self.notes, whole, prover.rules)

    def version(self, entry: VersionEntry, setting: Setting) -> None:
        """Check a version on its first day, all its inputs being given."""
        rule = setting.space.rule
        self.fitting(rule)
        for name, bits in bits_of(setting.space).items():
            if bits > INT_BITS and name in rule.steps:
                read = setting.space.reads((), name)
                inputs = [i for n, i in setting.space.inputs.items() if n in read and i.numeric]
                wide = sorted(inputs, key=lambda item: -item.maximum / item.grid)[:3]
                self.notes.warning(
                    rule.steps[name].entry.path, "slow",
                    Phrase("its largest whole number needs {bits} bits, more than {most}: it is computed with Python's own integers, which is slow", bits=bits, most=INT_BITS),
                    Phrase("give realistic bounds ('to') to {names}", names=Joined([item.name for item in wide])),
                )  # fmt: skip
        for turn in turns(setting.space):
            person = person_text(setting.space, turn.person)
            kind = self.file.output[turn.output].kind
            falls = kind in RISING
            item = setting.space.inputs[turn.input]
            self.notes.warning(
                rule.steps[turn.output].entry.path, "trend",
                Phrase(
                    "{what}, with {person}" if person != "given = {}" else "{what}", person=person,
                    what=Phrase(
                        FALLS if falls else RISES, output=turn.output, input=turn.input,
                        first=decimal_text(turn.first), then=decimal_text(turn.then),
                        before=item.shown(turn.before), after=item.shown(turn.after),
                    ),
                ),
                "check the rows and bounds that decide there",
            )  # fmt: skip

    def fitting(self, rule: DatedRule) -> None:
        units = {name: item.unit for name, item in rule.all_inputs.items()}
        units |= {name: figure.unit for name, figure in rule.parameters.items()}
        fit = Units(units, lambda path, said: self.notes.warning(
            path, "unit", said, "check the formula, and the units of what it reads"))  # fmt: skip
        for facts in rule.steps.values():
            fit.step(facts)


def catalogues() -> tuple[str, ...]:
    """Return the languages in which the package has sentences.

    Examples
    --------
    >>> "en" in catalogues()
    True
    """
    found = {"en"}
    for place in ("locale", "say/locale"):
        folder = files("tarifs_solidaires").joinpath(*place.split("/"))
        if folder.is_dir():
            found |= {one.name for one in folder.iterdir() if one.is_dir()}
    return tuple(sorted(found))
