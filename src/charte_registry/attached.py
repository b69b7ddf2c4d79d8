"""The methods of a register that need what stands above it, each attached here and nowhere else."""

from __future__ import annotations

import datetime as dt
from functools import wraps
from typing import Any

from charte_registry.check import judge
from charte_registry.publish.indicators import indicators
from charte_registry.register import Register
from charte_registry.rules.finding import Finding, Silenced


def attach() -> None:
    """Give the class its methods; done once, when the package is imported."""

    @wraps(Register.check)
    def check(self: Register, on: str | dt.date, lang: str = "en") -> list[Finding]:
        return list(judge(self, on, lang).findings)

    @wraps(Register.silenced)
    def silenced(self: Register, on: str | dt.date, lang: str = "en") -> list[Silenced]:
        return list(judge(self, on, lang).silenced)

    @wraps(Register.indicators)
    def figures(self: Register, year: int) -> dict[str, Any]:
        return indicators(self, year)

    Register.check = check  # type: ignore[method-assign]
    Register.silenced = silenced  # type: ignore[method-assign]
    Register.indicators = figures  # type: ignore[method-assign]
