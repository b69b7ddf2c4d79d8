"""Colours and outlines that all drawings share."""

INK, PAPER, FAINT = "#1a1a1a", "#ffffff", "#5f5f5f"
FILL = {"input": "#f2f2f2", "step": "#eaf1fb", "result": "#e6f4e7"}
LINES = ("#1f5fa8", "#a8461f", "#2f7a3d", "#7a3d8f", "#8a6d00", "#147a7a")  # of the gutter
DASHES = {"official": "", "secondary": "7 4", "inferred": "2 3", "made_up": "1 6"}  # of outlines
