"""Sphinx configuration."""

from importlib.metadata import version as _version

project = "charte-donnee"
author = "The charte-donnee contributors"
copyright = "2026, the charte-donnee contributors"
release = _version("charte-donnee")
language = "en"

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"{project} {release}"
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_default_options = {"members": True, "show-inheritance": True}
autodoc_typehints = "none"  # the numpydoc sections state the types
numpydoc_show_class_members = False
numpydoc_validation_checks = {"GL08", "PR01", "PR02", "PR03", "RT01", "YD01"}
# Validation is about what is public: an underscore anywhere means that it is not.
numpydoc_validation_exclude = {r"\._", r"\.cli\."}

# The build needs no network: names of other projects are shown, not linked.
nitpick_ignore_regex = [
    (
        r"py:.*",
        r"(numpy|np|numpy\.typing|npt|datetime|collections\.abc|pathlib|fractions|decimal)\..*",
    ),
    (r"py:.*", r"(sklearn|scipy|matplotlib|pandas|polars|pyarrow|narwhals|attrs|attr)\..*"),
]
