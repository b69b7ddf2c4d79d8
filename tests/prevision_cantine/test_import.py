"""What is heavy is loaded where it is used: neither by the import nor for help."""

import subprocess
import sys

import pytest

HEAVY = ("sklearn", "scipy", "pandas", "polars", "matplotlib", "xlsxwriter")


@pytest.mark.parametrize(
    "code",
    [
        "import prevision_cantine",
        "from prevision_cantine.cli import main; main(['--help'])",
        "from prevision_cantine.cli import main; main(['forecast', '--help'])",
    ],
)
def test_nothing_heavy_is_loaded(code):
    ask = f"{code}\nimport sys\nprint([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", ask], check=True, capture_output=True, text=True)
    assert done.stderr.strip() == "[]"


def test_every_public_name_is_there():
    import prevision_cantine

    for name in prevision_cantine.__all__:
        assert getattr(prevision_cantine, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        prevision_cantine.Nothing  # noqa: B018
