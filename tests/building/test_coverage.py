"""The list of what must be covered follows the code."""

from tests.building.source import CHECKOUT
from tests.coverage import VITAL


def test_every_path_that_must_be_covered_exists():
    paths = [path for paths in VITAL.values() for path in paths]

    assert [path for path in paths if not (CHECKOUT / path).exists()] == []
    assert [path for path in paths if (CHECKOUT / path).is_dir() != path.endswith("/")] == []
