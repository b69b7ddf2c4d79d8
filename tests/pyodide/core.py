"""What the session ``pyodide`` computes in the Python of browsers, printed a line each."""

import importlib.util
import json
from pathlib import Path

REGISTER = Path(__file__).parents[2] / "examples/nantes_2020"


def check_register() -> None:
    """Check the register of the examples, and say how many findings there are."""
    from charte_registry import load_register

    findings = load_register(REGISTER).check(on="2026-01-01", lang="fr")
    rules = sorted({finding.rule for finding in findings})
    print(json.dumps({"findings": len(findings), "rules": rules}))


def compute_tariff() -> None:
    """Compute a tariff for three people."""
    from tarifs_solidaires import load_rule

    rule = load_rule("nantes/transport", on="2020-10-01")
    result = rule.compute(quotient_familial=[350.0, 350.01, 600.0], age=[30, 30, 30])
    print(json.dumps({"taux_reduction": result.taux_reduction.tolist()}))


def main() -> None:
    """Do both; without numpy, only the register, which needs none."""
    check_register()
    if importlib.util.find_spec("numpy") is None:
        print("no numpy: the tariff is not computed here")
    else:
        compute_tariff()


if __name__ == "__main__":
    main()
