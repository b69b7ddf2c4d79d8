"""One flow of a rule, written as a diagram (Mermaid, SVG), a description (Markdown) and DMN."""

from tarifs_solidaires.draw.dmn import to_dmn
from tarifs_solidaires.draw.markdown import to_markdown
from tarifs_solidaires.draw.mermaid import to_mermaid
from tarifs_solidaires.draw.svg import to_svg

__all__ = ["to_dmn", "to_markdown", "to_mermaid", "to_svg"]
