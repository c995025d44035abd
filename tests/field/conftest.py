from collections.abc import Iterator

import pytest
from litestar import Litestar
from obstore.store import ObjectStore


@pytest.fixture(params=["folder", "s3"])
def files(request: pytest.FixtureRequest, app: Litestar) -> Iterator[ObjectStore]:
    """Where the app under test keeps its files: once a local folder, once S3."""
    usual = app.state.files
    if request.param == "s3":
        app.state.files = request.getfixturevalue("s3")
    yield app.state.files
    app.state.files = usual
