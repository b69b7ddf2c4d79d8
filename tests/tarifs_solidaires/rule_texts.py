"""A small rule file of which tests change one thing, and where a finding stands."""

from tarifs_solidaires import check_text

TEXT = """\
format = 2
name = "villeneuve/cantine"
languages = ["fr", "en"]
currency = "EUR"
jurisdiction = "fr"
use = ["fr/commune"]
title = { fr = "Prix de la cantine", en = "Price of school meals" }
known_until = 2026-08-31
# comment
[source.delib]
title = "Délibération du 24 juin 2025"
url = "https://villeneuve.example/31"
read = 2025-07-01

[input.quotient]
kind = "number"
unit = "EUR/month"
to = 100_000
label = { fr = "quotient familial", en = "family quotient" }

[input.rang]
kind = "whole"
unit = "children"
from = 1
to = 20
default = 1
label = { fr = "rang", en = "rank" }

[input.statut]
kind = "code"
codes = ["plein", "boursier"]
optional = true
label = { fr = "statut", en = "status" }

[input.eleve]
kind = "flag"
default = false
label = { fr = "élève", en = "pupil" }

[output.prix]
kind = "price"
unit = "EUR"
label = { fr = "prix du repas", en = "price of a meal" }

[parameter.plafond]
label = { fr = "plafond", en = "ceiling" }
unit = "EUR/month"
source = "delib"
[[parameter.plafond.value]]
from = 2025-01-01
value = 900
[[parameter.plafond.value]]
from = 2026-01-01
value = 950

[list.communes]
values = ["44001", "44002"]
source = "delib"

[[require]]
input = "rang"
when = { rang = "x <= 12" }
message = { fr = "au plus douze", en = "twelve at most" }

[[version]]
valid_from = 2025-09-01
source = "delib"
decides = "part"

  [version.parameter.lecture]
  value = "large"
  choices = ["large", "stricte"]

  [[version.step]]
  name = "base"
  unit = "EUR"
  formula = "quotient * 0.55 %"
  at_least = 0.90
  at_most = 6.20

  [[version.step]]
  name = "part"
  unit = "share"
    [[version.step.row]]
    name = { fr = "boursier", en = "on a grant" }
    when = { statut = "boursier", lecture = "large" }
    then = 0.5
    [[version.step.row]]
    name = { fr = "sous le plafond", en = "under the ceiling" }
    when = { quotient = "x < plafond", commune = "in communes" }
    then = 0.8
    [[version.step.row]]
    name = { fr = "troisième", en = "third" }
    when = { rang = "x >= 3", eleve = true }
    then = 0.9
    [[version.step.row]]
    name = { fr = "autres", en = "others" }
    then = 1

  [[version.step]]
  name = "prix"
  formula = "base * part"
  round = 0.01

[[case]]
on = 2025-10-01
given = { quotient = 500, rang = 2, statut = "boursier" }
expect = { prix = 1.38, tranche = "on a grant" }
source = "à la main : 2,75 x 0,5 = 1,375"

[[case]]
on = 2026-02-01
given = { quotient = 949.99, commune = "44001" }
expect = { prix = 4.18, part = 0.8 }
source = "à la main : 5,224945 x 0,8 = 4,179956"
"""


def changed(*pairs, text=TEXT):
    """Return the text with some parts changed, each of which stands in it once."""
    for old, new in pairs:
        assert text.count(old) == 1, (text.count(old), old)
        text = text.replace(old, new)
    return text


def found(text, **more):
    """Return what is found as code, line and whole finding."""
    lines = text.splitlines()
    findings = []
    for finding in check_text(text, **more):
        assert finding.line is None or 1 <= finding.line <= len(lines)
        assert "\n" not in str(finding)
        line = lines[finding.line - 1].strip() if finding.line else None
        findings.append((finding.code, line, str(finding)))
    return findings
