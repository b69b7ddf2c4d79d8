"""What methods of a register call that stands above it: each is named here and nowhere else."""

from charte_registry.check import judge
from charte_registry.publish.indicators import indicators

__all__ = ["indicators", "judge"]
