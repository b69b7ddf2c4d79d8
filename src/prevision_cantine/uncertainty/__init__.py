"""How far a forecast may be off: intervals, margins, new series, breaks, strikes, errors of effects."""
