"""The register as a static site: for citizens, and a view of its own for the officer."""

from charte_registry.publish.site.history import Edition, History, read_history
from charte_registry.publish.site.internal import render_internal
from charte_registry.publish.site.render import render_site
from charte_registry.publish.site.write import read_pages, write_site

__all__ = [
    "Edition",
    "History",
    "read_history",
    "read_pages",
    "render_internal",
    "render_site",
    "write_site",
]
