"""From the tables of any city to one ``City``: counts only, no person."""

# Until the modules move into the sub-packages (branch c1): this package hides the module city.py.
# Take the other branch's file here when the two are merged.
from pathlib import Path as _Path

_old = _Path(__file__).parents[1] / "city.py"
if _old.exists():
    exec(compile(_old.read_text("utf-8"), str(_old), "exec"))  # noqa: S102
