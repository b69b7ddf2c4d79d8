"""Sphinx configuration."""

from importlib.metadata import version as _version

from charte_registry import records as _records

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

autodoc_default_options = {
    "members": True,
    "show-inheritance": True,
    # what scikit-learn adds to an estimator, in its own words
    "exclude-members": "set_fit_request, set_predict_request, set_score_request",
}
autodoc_typehints = "none"  # the numpydoc sections state the types
numpydoc_show_class_members = False
numpydoc_validation_checks = {"GL08", "PR01", "PR02", "PR03", "RT01", "YD01"}
# Validation is about what is public: an underscore anywhere means that it is not.
# The fields of a record describe themselves; _describe_fields below writes them.
_RECORDS = "|".join(name for name in _records.__all__ if name != "KINDS")
numpydoc_validation_exclude = {r"\._", r"\.cli\.", rf"charte_registry\.({_RECORDS})$"}

# The build needs no network: names of other projects are shown, not linked.
nitpick_ignore_regex = [
    (
        r"py:.*",
        r"(numpy|np|numpy\.typing|npt|datetime|collections\.abc|pathlib|fractions|decimal)\..*",
    ),
    (r"py:.*", r"(sklearn|scipy|matplotlib|pandas|polars|pyarrow|narwhals|attrs|attr)\..*"),
]


def _describe_fields(app, what, name, obj, options, lines):
    """Add to a record of the register what each of its fields says of itself."""
    for field in getattr(obj, "__attrs_attrs__", ()) if what == "class" else ():
        if "visibility" in field.metadata:
            source = f" ({field.metadata['source']})" if field.metadata["source"] else ""
            lines += ["", f"``{field.name}``", f"    {field.metadata['en']}{source}"]


def setup(app):
    app.connect("autodoc-process-docstring", _describe_fields, priority=900)
