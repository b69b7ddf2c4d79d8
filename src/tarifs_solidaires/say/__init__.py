"""Typed facts of a result, one catalogue of words, and notices: text, Markdown, JSON, a page."""
