"""From the tables of any city to one ``City``: counts only, no person."""
