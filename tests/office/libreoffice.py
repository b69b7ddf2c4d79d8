"""What LibreOffice does to the workbook of a register when it saves it: ``nox -s libreoffice``.

Each workbook is opened and saved again by a headless LibreOffice, as XLSX and as ODS, and read back.
Nothing may have changed. ``-- hostile`` checks that register alone. Without ``soffice`` on the path, nothing is checked, and that is said.
"""

import datetime as dt
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import attrs

sys.path.insert(0, str(Path(__file__).parents[1] / "charte_registry"))

from test_workbook import HOSTILE, REGISTER, TARGETS

from charte_registry import Finalite, Register, Traitement, load_register
from charte_registry.exchange.exporters.spreadsheet import ods, xlsx
from charte_registry.exchange.merge import merged
from charte_registry.exchange.workbook.read import read_register_workbook
from charte_registry.exchange.workbook.write import register_workbook

EXAMPLES = Path(__file__).parents[2] / "examples"
WRITERS = {"xlsx": xlsx, "ods": ods}


def hostile() -> Register:
    """Return a register whose texts are those that spreadsheets like to change."""
    texts = [text if text.strip() else f"a{text}" for text in HOSTILE]
    records = {
        f"t-{number}": Traitement(
            id=f"t-{number}", nom=f"T {number}", responsable="organismes-1", note=text,
            categories_personnes=(text, "b"), finalites=(Finalite(nom=text, texte=text),),
            cree_le=dt.date(1850 + 10 * number, 2, 1),
        )
        for number, text in enumerate(texts)
    }  # fmt: skip
    return Register(
        titre="=1+1", territoire="'T", etat_au=dt.date(2025, 12, 31), annees=(2025,),
        records={"organismes": {"organismes-1": TARGETS["organismes"]}, "traitements": records},
    )  # fmt: skip


def registers() -> dict[str, Register]:
    """Return the registers to save: hostile cells, a record of each kind, the examples."""
    every = attrs.evolve(REGISTER, records={k: {r.id: r} for k, r in TARGETS.items()})
    found = {"hostile": hostile(), "every kind": every, "office": REGISTER}
    for name in ("nantes_2020", "montreal", "recife"):
        found[name] = load_register(EXAMPLES / name)
    return found


def saved_again(soffice: str, path: Path, form: str, folder: Path) -> Path:
    """Return the file that LibreOffice makes of another when it saves it."""
    output = folder / form
    profile = (folder / "profile").as_uri()
    subprocess.run(
        [
            soffice, "--headless", "--norestore", f"-env:UserInstallation={profile}",
            "--convert-to", form, "--outdir", str(output), str(path),
        ],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    return output / f"{path.stem}.{form}"


def main() -> int:
    """Save every workbook again and compare; return 1 where something changed."""
    soffice = shutil.which("soffice") or shutil.which("libreoffice")
    if soffice is None:
        print("skipped: no soffice on the path (Debian: apt install libreoffice-calc)")
        return 0
    wrong = 0
    for name, register in registers().items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        findings = register.check(register.etat_au, lang="fr")
        pages = register_workbook(register, findings=findings)
        for written, write in WRITERS.items():
            for form in WRITERS:
                with tempfile.TemporaryDirectory() as folder:
                    path = Path(folder) / f"registre.{written}"
                    path.write_bytes(write(pages))
                    again = saved_again(soffice, path, form, Path(folder))
                    edited = read_register_workbook(again, register.kinds)
                result = merged(register, edited.base, edited.records, whole=True)
                same = result.register == register and not (result.conflicts or edited.remarks)
                print(f"{'same' if same else 'CHANGED'}: {name}, {written} saved as {form}")
                for told in (
                    *edited.remarks,
                    *result.conflicts,
                    *(c.told() for c in result.changes),
                ):
                    print(f"  {told!s:.300}")
                wrong += not same
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
