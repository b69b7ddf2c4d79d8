"""The register as the one JSON file that ``load_register`` reads."""

from __future__ import annotations

from charte_registry.exchange.exporters.head import manifest
from charte_registry.files import json_text
from charte_registry.records.base import unstructure
from charte_registry.register import Register


def json_content(register: Register) -> bytes:
    """Return a register as a JSON file, whatever stands there: nothing of an older one is kept."""
    data = unstructure(manifest(register), iso=True)
    for kind in register.kinds:
        if items := register.records.get(kind):
            data[kind] = [unstructure(record, iso=True) for record in items.values()]
    return json_text.render(data).encode("utf-8")
